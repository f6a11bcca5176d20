using System.Text;
using Cim.Compiler.Tests.Data;
using Cim.Training.Networks;
using Cim.Training.Recipes;
using Xunit;

namespace Cim.Compiler.Tests.Fuzz;

public sealed class RecipeFuzzTests(ITestOutputHelper output)
{
    private const string Small = """
        { "network": { "input": [1, 8, 8], "layers": ["conv 4 3x3 pad 1", "batchnorm", "relu", "maxpool 2", "flatten", "linear 3"] },
          "data": { "train": "a.npz" }, "output": "b.onnx" }
        """;

    private const string Full = """
        { "network": { "input": [3, 6, 6], "layers": ["depthwise 3x3", "relu", "globalavgpool", "linear 2"] },
          "data": { "train": "a.npz", "test": "t.npz", "validation": 0.1, "scale": "1/255", "mean": "0", "std": "1,1,1" },
          "training": { "epochs": 3, "batchSize": 16, "seed": 5, "optimizer": "adamw", "learningRate": 0.01,
            "momentum": 0.9, "weightDecay": 1e-4, "stepRate": 0.1, "clipNorm": 1,
            "warmUpEpochs": 0.5, "labelSmoothing": 0.1, "mixup": 0.2, "averageDecay": 0.9, "patience": 4,
            "shift": 2, "flip": true, "cutout": 4, "distillation": 0.5, "temperature": 2 },
          "quantization": { "weightBits": 3, "activationBits": 4, "from": [5, 4], "fromEpochs": 1, "edgeBits": 8,
            "stepPerStrip": true, "noise": { "rows": 64, "programmingSigma": 0.05, "adcBits": 6 } },
          "pruning": { "granularity": "arrayRow", "score": "magnitude", "target": 0.4, "steps": 2, "epochs": 1,
            "compensate": false, "samples": 64, "rows": 64, "columns": 64, "columnsPerOutput": 2 },
          "output": "b.onnx", "checkpoint": "b.ckpt" }
        """;

    [Fact]
    public void Any_text_is_a_recipe_or_an_error_that_names_the_key()
    {
        using var folder = new TemporaryFolder();
        string path = folder.At("recipe.json");
        new FuzzRun("recipe", output).Run(JsonDamage.Of(Small, Full), bytes =>
        {
            File.WriteAllBytes(path, bytes);
            TrainingRecipe recipe = RecipeReader.Read(path);
            Assert.True(double.IsFinite(recipe.Training.Mixup) && recipe.Data.Train.Length > 0 && recipe.Output.Length > 0);
            TrainableNetwork network = RecipeNetwork.Create(recipe);
            Assert.NotEmpty(network.SampleShape);
            RecipeOptions.Training(recipe);
            RecipeOptions.Quantization(recipe);
            RecipeOptions.Pruning(recipe);
        }, Encoding.UTF8.GetString);
    }
}
