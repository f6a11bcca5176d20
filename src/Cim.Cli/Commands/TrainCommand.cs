using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Compiler.Data;
using Cim.Compiler.QuantizationAware;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.Plugins;
using Cim.Training.Pruning;
using Cim.Training.Quantization;
using Cim.Training.Recipes;
using Google.Protobuf;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary><c>cim train RECIPE.json</c>: trains a network, in float or quantization-aware, and writes it as ONNX.</summary>
internal static class TrainCommand
{
    private static readonly Argument<string> _recipe = new("recipe")
    {
        Description = "A JSON file: network, data, training, quantization, output.",
    };
    private static readonly Option<int> _threads = new("--threads")
    {
        Description = "Has no effect any more: the arithmetic always runs in four parts, on as many processors as the system allows, so "
            + "that the result does not depend on their number.",
    };
    private static readonly Option<string?> _data = new("--data")
    {
        Description = "Folder of the recipe's data files; without it they are looked up beside the recipe.",
    };
    private static readonly Option<string?> _output = new("--output") { Description = "Overrides the recipe's output file." };
    private static readonly Option<int?> _epochs = new("--epochs") { Description = "Overrides the recipe's number of epochs." };

    private static readonly Option<string> _engine = new("--engine")
    {
        Description = "What runs the arithmetic: ort (ONNX Runtime) or torch (libtorch, of the packages Cim.Sdk.Torch and TorchSharp-cpu).",
        DefaultValueFactory = _ => TrainingEngine.OnnxRuntime,
    };
    private static readonly Option<string> _device = new("--device")
    {
        Description = "Where it runs: cpu, or with the engine torch cuda, cuda:1 and so on.",
        DefaultValueFactory = _ => TrainingEngine.Host,
    };
    private static readonly Option<string?> _packages = new("--engine-packages")
    {
        Description = "Where the packages of the engine torch are: a restored project that refers to them, its project.assets.json, or a "
            + "folder with the files; without it the folder torch beside this program.",
    };

    public static Command Create()
    {
        _engine.AcceptOnlyFromAmong(TrainingEngine.OnnxRuntime, TrainingEngine.Torch);
        return new Command("train", "Trains a network from a recipe.")
        {
            _recipe, _data, _output, _threads, _epochs, _engine, _device, _packages,
        }.Does(RunAsync);
    }

    private static async Task<int> RunAsync(ParseResult parsed, CommandContext context)
    {
        TrainingRecipe recipe = RecipeReader.Read(parsed.GetRequiredValue(_recipe), parsed.GetValue(_data));
        if (parsed.GetValue(_output) is { } output)
            recipe = recipe with { Output = output.Length == 0 ? output : Path.GetFullPath(output) };
        if (parsed.GetValue(_epochs) is { } epochs)
            recipe = recipe with { Training = recipe.Training with { Epochs = epochs } };
        if (parsed.GetValue(_threads) != 0)
            context.Report("--threads has no effect: the result must not depend on it. To use fewer processors, limit them from outside "
                + "(taskset, a container).");
        if (recipe.Checkpoint is { } checkpoint && !CheckpointFile.CanStandAt(checkpoint))
            throw new CimException(ErrorCodes.InvalidRecipe,
                "recipe field 'checkpoint' names a file that is no checkpoint; name another, or delete it")
                {
                    File = parsed.GetValue(_recipe),
                };
        new CommandFiles().Reads("the recipe", parsed.GetValue(_recipe)).Reads("recipe field 'network.file'", recipe.Network.File)
            .ReadsData("recipe field 'data.train'", recipe.Data.Train).ReadsData("recipe field 'data.test'", recipe.Data.Test)
            .Writes(parsed.GetValue(_output) is null ? "recipe field 'output'" : "--output", recipe.Output)
            .Writes("recipe field 'checkpoint'", recipe.Checkpoint).Check();
        var clock = Stopwatch.StartNew();
        TrainableNetwork network = RecipeNetwork.Create(recipe);
        SampleSet samples = Read(recipe, recipe.Data.Train, network, context.Cancellation);
        (SampleSet training, SampleSet? validation) = samples.Labels is null
            ? (samples, null)
            : TrainingSamples.Split(samples, recipe.Data.Validation);
        SampleSet? test = recipe.Data.Test is { } file ? Read(recipe, file, network, context.Cancellation) : null;
        using TrainingEngine engine = TrainingEngines.Create(
            parsed.GetRequiredValue(_engine), parsed.GetRequiredValue(_device), parsed.GetValue(_packages));
        var run = new RecipeTraining(recipe, network, training, validation)
        {
            Engine = engine,
            Epochs = new EpochLines(context.Report),
            PruningSteps = new PruningLines(context, recipe.Pruning?.Steps ?? 0),
            Widths = new WidthLines(context),
        };
        RecipeResult made = await run.RunAsync(context.Cancellation);
        AtomicFile.Write(recipe.Output,
            stream => (made.Quantized is { } quantized ? QuantizedExport.ToOnnx(quantized) : made.Network.ToOnnx()).WriteTo(stream));
        TestScore? score = null;
        if (test?.Labels is not null && !made.Training.WasCancelled)
        {
            using var predictor = new Predictor(made.Network);
            score = new TestScore(test.Count, predictor.CountCorrect(test, context.Cancellation));
        }

        var document = new TrainDocument(recipe.Output, made, score, clock.Elapsed);
        context.WriteResult(document, CliJson.Relaxed.TrainDocument, text => Print(text, document, made.Pruned));
        return made.Training.WasCancelled ? ExitCode.Cancelled : ExitCode.Ok;
    }

    private static SampleSet Read(TrainingRecipe recipe, string path, TrainableNetwork network, CancellationToken cancellation)
    {
        var preprocessing = Preprocessing.Parse(recipe.Data.Scale, recipe.Data.Mean, recipe.Data.Std);
        DataSet data = DataSet.Open(path, [.. network.SampleShape.Select(dim => (int)dim)], preprocessing);
        return TrainingSamples.Read(data, network.SampleShape, cancellation);
    }

    private static void Print(IAnsiConsole text, TrainDocument document, PruningReport? pruned)
    {
        text.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"wrote {document.Output}: {document.Epochs} epochs, kept epoch {document.BestEpoch}, {document.Seconds / 60:F1} min"));
        if (pruned is not null) text.WriteLine(PruningLines.Of(pruned));
        if (document.Accuracy is { } accuracy)
            text.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"test accuracy {100 * accuracy:F2} % ({document.Correct} of {document.Samples})"));
    }

    /// <summary>A line before each training at wider weights.</summary>
    private sealed class WidthLines(CommandContext context) : IProgress<int>
    {
        public void Report(int value) => context.Report($"weights of {value} bits");
    }

    /// <summary>A line after each step of pruning.</summary>
    private sealed class PruningLines(CommandContext context, int steps) : IProgress<(int Step, PruningReport Report)>
    {
        public static string Of(PruningReport report) => string.Create(
            CultureInfo.InvariantCulture,
            $"pruned {100 * report.Sparsity:F1} % of the weights, {100 * report.FreedArrays:F1} % of "
                + $"{report.Layers.Sum(layer => layer.ArraysBefore)} arrays");

        public void Report((int Step, PruningReport Report) value) => context.Report($"step {value.Step}/{steps}  {Of(value.Report)}");
    }
}
