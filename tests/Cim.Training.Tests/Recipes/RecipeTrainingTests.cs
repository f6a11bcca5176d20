using Cim.Runtime;
using Cim.Training.Loop;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Pruning;
using Cim.Training.Quantization;
using Cim.Training.Recipes;
using Google.Protobuf;
using Xunit;

namespace Cim.Training.Tests.Recipes;

/// <summary>A recipe from its first stage to its last, whole and in parts.</summary>
public sealed class RecipeTrainingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cim-recipe").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("step 1")] // cancelled in the second step of pruning
    [InlineData("step 2")] // in the third
    [InlineData("weights 4")]
    [InlineData("weights 3")]
    [InlineData("epoch 1")] // in the second epoch of the last training
    public async Task A_training_that_is_cancelled_in_any_stage_goes_on_there_and_ends_with_the_same_bytes(string when)
    {
        (RecipeResult whole, _) = await Run("whole", null);
        (RecipeResult part, List<string> first) = await Run("parts", when);
        Assert.True(part.Training.WasCancelled);
        Assert.Equal(when, first[^1]);
        Assert.Equal(2, part.Quantized!.Layers[1].WeightBits);
        Assert.NotEmpty(QuantizedExport.ToOnnx(part.Quantized).Graph.Node);

        (RecipeResult resumed, List<string> second) = await Run("parts", null);
        Assert.False(resumed.Training.WasCancelled);
        Assert.Empty(first[..^1].Intersect(second)); // nothing that was done is done again
        Assert.Equal(QuantizedExport.ToOnnx(whole.Quantized!).ToByteArray(), QuantizedExport.ToOnnx(resumed.Quantized!).ToByteArray());
        Assert.Equal(whole.Pruned!.Sparsity, resumed.Pruned!.Sparsity);
    }

    [Fact]
    public async Task A_stage_that_belongs_to_another_recipe_is_an_error_that_names_its_file()
    {
        await Run("parts", "step 2");
        CimException error = await Assert.ThrowsAsync<CimException>(() => Run("parts", null, target: 0.6));
        Assert.Equal(ErrorCodes.InvalidCheckpoint, error.Code);
        Assert.Equal(Path.Combine(_folder, "parts.checkpoint.pruned"), error.File);
    }

    [Theory]
    [InlineData("weights 3", "parts.checkpoint.wider")]
    [InlineData("epoch 1", "parts.checkpoint.wider")]
    public async Task A_stage_of_other_widths_is_an_error_that_names_its_file(string when, string file)
    {
        await Run("parts", when);
        CimException error = await Assert.ThrowsAsync<CimException>(() => Run("parts", null, activationBits: 3));
        Assert.Equal(ErrorCodes.InvalidCheckpoint, error.Code);
        Assert.Equal(Path.Combine(_folder, file), error.File);
    }

    [Fact]
    public async Task A_pruned_network_is_pruned_as_far_as_a_cancellation_let_it()
    {
        (RecipeResult part, _) = await Run("parts", "step 1");
        int zeros = part.Network.Parameters.Where(p => p.Role == ParameterRole.Weight).Sum(p => p.Mask!.Count(m => m == 0));
        Assert.True(part.Pruned!.WasCancelled);
        Assert.InRange(part.Pruned.Sparsity, 0.3, 0.5);
        Assert.Equal(part.Pruned.Layers.Sum(layer => layer.Zeros), zeros);
    }

    /// <summary>Runs the recipe of a name and notes what it reports; cancels when it reports <paramref name="cancelAt"/>.</summary>
    private async Task<(RecipeResult Result, List<string> Reported)> Run(
        string name, string? cancelAt, double target = 0.5, int activationBits = 4)
    {
        using var cancellation = new CancellationTokenSource();
        var reported = new List<string>();
        var recipe = new TrainingRecipe
        {
            Network = new NetworkRecipe(),
            Data = new DataRecipe { Train = "" },
            Training = new ScheduleRecipe { Epochs = 3, BatchSize = 16, LearningRate = 0.02, ClipNorm = 5, Distillation = 0.5 },
            Pruning = new PruningRecipe { Granularity = "weight", Target = target, Steps = 3, Samples = 64 },
            Quantization = new QuantizationRecipe { WeightBits = 2, ActivationBits = activationBits, EdgeBits = 0, From = [4, 3] },
            Output = Path.Combine(_folder, name + ".onnx"),
            Checkpoint = Path.Combine(_folder, name + ".checkpoint"),
        };
        TrainableNetwork network = SmallNetworks.Build(
            1, "conv 8 3x3 pad 1", "relu", "maxpool 2", "conv 8 3x3 pad 1", "relu", "globalavgpool", "linear 4");
        var run = new RecipeTraining(recipe, network, SmallNetworks.Quadrants(256, 1), SmallNetworks.Quadrants(64, 2))
        {
            PruningSteps = new Reporting<(int Step, PruningReport Report)>(p => Note($"step {p.Step}")),
            Widths = new Reporting<int>(bits => Note($"weights {bits}")),
            Epochs = new Reporting<TrainingProgress>(p =>
            {
                if (p.Epochs == recipe.Training.Epochs && p.Accuracy is not null) Note($"epoch {p.Epoch}");
            }),
        };
        return (await run.RunAsync(cancellation.Token), reported);

        void Note(string what)
        {
            reported.Add(what);
            if (what == cancelAt) cancellation.Cancel();
        }
    }

    private sealed class Reporting<T>(Action<T> note) : IProgress<T>
    {
        public void Report(T value) => note(value);
    }
}
