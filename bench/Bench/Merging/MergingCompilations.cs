using System.Text.Json;
using System.Text.Json.Nodes;
using Cim.Bench.Common;
using Cim.Bench.Common.Data;
using Cim.Bench.Common.Tool;

namespace Cim.Bench.Merging;

/// <summary>Compiles and evaluates a network for a row and a seed.</summary>
internal sealed record MergingCompilations
{
    public required BenchRun Run { get; init; }

    public required ImageNetwork Network { get; init; }

    /// <summary>Where pruned networks are stored until the end of the run.</summary>
    public required TemporaryFolder Folder { get; init; }

    /// <summary>The images that pruning, calibration and training see.</summary>
    public required string Training { get; init; }

    /// <summary>Options of <c>cim compile</c> that all rows have.</summary>
    public required object[] Compile { get; init; }

    /// <summary>Epochs of training after column sharing.</summary>
    public required int Epochs { get; init; }

    /// <summary>Options of <c>cim eval</c>.</summary>
    public required object[] Test { get; init; }

    /// <summary>The cost of the compiled network and its accuracy in percent.</summary>
    public async Task<(CostFigures Cost, double Accuracy)> MeasureAsync(MergingRow row, int seed, CancellationToken cancellation)
    {
        string source = row.IsPruned ? await PrunedAsync(seed, cancellation) : Network.Model, compiled = Folder.File("net.cim");
        CompileReport made = await Run.Cim.CompileAsync(
            [source, "-o", compiled, .. Compile, "--calibration", Training, .. Network.Preprocessing, .. row.Options,
                .. Epochs > 0 ? new object[] { "--training", Training, "--epochs", Epochs } : [], "--seed", seed], cancellation);
        return (made.Cost, 100 * (await Run.Cim.EvaluateAsync([compiled, .. Test], cancellation)).Accuracy);
    }

    /// <summary>The pruned network of a seed, made once.</summary>
    private async Task<string> PrunedAsync(int seed, CancellationToken cancellation)
    {
        string made = Folder.File($"pruned-{Network.Name}-{seed}.onnx");
        if (File.Exists(made)) return made;
        string file = Path.Combine(Run.Repository.Bench, "recipes", $"prune-{Network.Name}.json");
        JsonNode recipe = JsonNode.Parse(
            await File.ReadAllTextAsync(file, cancellation),
            documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip })!;
        recipe["network"]!["file"] = Network.Model;
        recipe["training"]!["seed"] = seed;
        recipe["output"] = made;
        string written = Folder.File("recipe.json");
        await File.WriteAllTextAsync(written, recipe.ToJsonString(), cancellation);
        await Run.Cim.RunAsync(["train", written, "--data", Path.GetDirectoryName(Training)!], cancellation);
        return made;
    }
}
