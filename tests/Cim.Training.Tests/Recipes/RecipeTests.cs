using Cim.Onnx.Building;
using Cim.Runtime;
using Cim.Training.Networks;
using Cim.Training.Recipes;
using Xunit;

namespace Cim.Training.Tests.Recipes;

public sealed class RecipeTests
{
    private const string Minimal = """{ "network": { "input": [1, 8, 8], "layers": ["conv 4 3x3", "relu", "linear 3"] }, "data": { "train": "a.npz" }, "output": "b.onnx" }""";

    [Fact]
    public void Defaults_and_relative_paths()
    {
        TrainingRecipe recipe = Read(Minimal, out string folder);
        Assert.Equal(Path.Combine(folder, "a.npz"), recipe.Data.Train);
        Assert.Equal(Path.Combine(folder, "b.onnx"), recipe.Output);
        Assert.Equal(0.9, RecipeReader.Options(recipe).Optimizer.Momentum);
        TrainableNetwork network = RecipeReader.Network(recipe);
        Assert.Equal([1, 8, 8], network.SampleShape);
        Assert.Equal(4, network.Parameters.Count);
        Assert.Contains(network["layer1.weight"].Values, value => value != 0);
    }

    [Theory]
    [InlineData("\"output\"", "\"outputt\"", "outputt")]
    [InlineData("\"conv 4 3x3\"", "\"konv 4 3x3\"", "konv")]
    [InlineData("\"conv 4 3x3\"", "\"conv 4\"", "kernel size")]
    [InlineData("\"conv 4 3x3\"", "\"conv 4 9x9\"", "leaves nothing")]
    [InlineData("\"data\"", "\"training\": { \"epochs\": -1 }, \"data\"", "training.epochs")]
    [InlineData("\"data\"", "\"quantization\": { \"weightBits\": 9 }, \"data\"", "quantization.weightBits")]
    [InlineData("\"data\"", "\"quantization\": { \"weightBits\": 3, \"from\": [4, 2] }, \"data\"", "quantization.from")]
    [InlineData("\"input\": [1, 8, 8], ", "", "network")]
    public void Mistakes_name_the_field(string find, string replace, string named)
    {
        CimException error = Assert.Throws<CimException>(() =>
            RecipeReader.Network(Read(Minimal.Replace(find, replace, StringComparison.Ordinal), out _)));
        Assert.Equal(ErrorCodes.InvalidRecipe, error.Code);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trained_network_survives_the_file()
    {
        TrainableNetwork network = SmallNetworks.Convolutional(1);
        TrainableNetwork again = TrainableNetwork.FromOnnx(network.ToOnnx());
        Assert.Equal(network.Parameters.Select(p => p.Name), again.Parameters.Select(p => p.Name));
        Assert.Equal(network["layer1.weight"].Values, again["layer1.weight"].Values);
        Assert.Equal(network.Controls.Count, again.Controls.Count);

        // Typed classes are generated from the shapes in the file.
        Assert.Equal(["N", "4"], again.ToOnnx().Graph.Output[0].Type.TensorType.Shape.Dim.Select(dim => dim.DimParam.Length > 0 ? dim.DimParam : $"{dim.DimValue}"));
    }

    private static TrainingRecipe Read(string json, out string folder)
    {
        folder = Directory.CreateTempSubdirectory("recipe").FullName;
        try
        {
            string path = Path.Combine(folder, "recipe.json");
            File.WriteAllText(path, json);
            return RecipeReader.Read(path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
