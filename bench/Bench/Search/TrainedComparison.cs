using System.Globalization;
using System.Text.Json;
using Cim.Bench.Common;
using Cim.Bench.Common.Data;
using Cim.Bench.Common.Results;
using Cim.Bench.Common.Tool;

namespace Cim.Bench.Search;

/// <summary>Compiles, trains and tests the rows of one network.</summary>
/// <remarks>
/// Where the float network's recipe held training images out, those calibrate and decide, because it knows the others by heart.
/// </remarks>
internal sealed class TrainedComparison
{
    private readonly BenchRun _run;
    private readonly ImageNetwork _network;
    private readonly TrainedOptions _options;
    private readonly MeasurementStore _store;
    private readonly string _name;
    private readonly string _facts;
    private readonly string _modelHash;

    public TrainedComparison(BenchRun run, ImageNetwork network, TrainedOptions options)
    {
        (_run, _network, _options, _store) = (run, network, options, run.Store());
        _name = $"{network.Name}-{options.Hardware}-{options.Objective}";
        _modelHash = MeasurementStore.HashOf([network.Model]);
        _facts = $"{options} {_modelHash}";
    }

    /// <summary>Writes the table after every row.</summary>
    public async Task RunAsync(int[] seeds, string[] policies, CancellationToken cancellation)
    {
        object[] copies = ["--hardware", _options.Hardware, "--copies-within", _options.Copies];
        CostReport eight = await _run.Cim.CostAsync([_network.Model, .. copies], cancellation);
        double original = await _store.GetAsync(
            $"{_network.Name}-float", _modelHash, TrainedJson.Default.Double,
            async () => (await _run.Cim.EvaluateAsync([_network.Model, .. Test], cancellation)).Accuracy);
        object[] compile = [.. copies, .. TrainingOptions()];
        string[] layers = [.. eight.Layers.Select(layer => layer.Name)];
        var table = new TrainedTable(_network.Name, _options, eight, original);
        string file = Path.Combine(_run.OutputFolder, $"trained-{_name}{(policies.Length > 0 ? "-policies" : "")}.md");

        // All seeds of a user-supplied policy, then the next one; of a search and its baseline in turn.
        foreach (string policy in policies)
            foreach (int seed in seeds)
                await AddAsync(policy, $"{policy.Replace('/', '.')}-{seed}", Bits(policy), seed);
        string searched = string.Create(CultureInfo.InvariantCulture, $"{_options.Searcher}, {_options.Loss} points");
        foreach (int seed in policies.Length > 0 ? [] : seeds)
        {
            await AddAsync(searched, $"{_options.Searcher}-{seed}", null, seed);
            await AddAsync(
                TrainedTable.Baseline, $"four-{seed}", [.. layers.Select((_, i) => Four(i == 0 || i == layers.Length - 1))], seed);
        }

        async Task AddAsync(string label, string key, int[][]? bits, int seed)
        {
            table.Add(label, await _store.GetAsync($"trained-{_name}-{key}", _facts, TrainedJson.Default.TrainedRow, async () =>
            {
                object[] precision = bits is null ? SearchOptions() : ["--policy", WritePolicy(key, layers, bits)];
                return await MeasureAsync(key, [.. compile, "--seed", seed, .. precision], cancellation);
            }));
            string text = table.Text();
            ResultFile.WriteMarkdown(file, _run.Command, text);
            Console.WriteLine(text);
        }
    }

    private object[] Test => ["--data", _network.Test, .. _network.Preprocessing];

    private static int[] Four(bool isEnd) => isEnd ? [8, 8] : [4, 4];

    private static int[][] Bits(string policy) =>
        [.. policy.Split('-').Select(layer => layer.Split('/').Select(b => int.Parse(b, CultureInfo.InvariantCulture)).ToArray())];

    private async Task<TrainedRow> MeasureAsync(string key, object[] options, CancellationToken cancellation)
    {
        string compiled = Path.Combine(_run.Artifacts, $"{_name}-{key}.cim");
        CompileReport made = await _run.Cim.CompileAsync([_network.Model, "-o", compiled, .. options], cancellation);
        return new TrainedRow
        {
            Cost = made.Cost, Policy = made.Policy, TrainedCandidates = made.Search?.Training?.Candidates.Length, Seconds = made.Seconds,
            Accuracy = (await _run.Cim.EvaluateAsync([compiled, .. Test], cancellation)).Accuracy,
            Adc = _options.AdcImages == 0 ? null : (await _run.Cim.EvaluateAsync(
                [compiled, .. Test, "--fidelity", "adc", "--limit", _options.AdcImages], cancellation)).Accuracy,
        };
    }

    private object[] TrainingOptions()
    {
        ITrainingImages images = _network.Training;
        string suffix = _options.TrainingImages == 0 ? "all" : _options.TrainingImages.ToString(CultureInfo.InvariantCulture);
        string Folder(string kind) => Path.Combine(_run.Artifacts, $"{_network.Name}-{kind}");
        int[] heldOut = _network.HoldOut == 0 ? [] : Selection.Spread(images.Count, _network.HoldOut);
        string training = images.Write(
            Selection.SpreadWithout(images.Count, heldOut, _options.TrainingImages), Folder($"training-{suffix}"));
        string? holdOut = heldOut.Length == 0 ? null : images.Write(heldOut, Folder("hold-out"));
        return
        [
            .. _network.Preprocessing, "--calibration", holdOut ?? training, "--training", training,
            .. holdOut is null ? [] : new object[] { "--validation", holdOut },
            "--epochs", _options.Epochs, "--learning-rate", _options.Rate,
            .. _options.Shift > 0 ? new object[] { "--training-shift", _options.Shift } : [],
            .. _options.Flip ? new object[] { "--training-flip" } : [],
        ];
    }

    private object[] SearchOptions() =>
    [
        "--search", _options.Searcher, "--max-accuracy-loss", _options.Loss, "--objective", _options.Objective,
        "--search-evaluations", _options.Evaluations, "--search-samples", _options.Samples,
        "--search-training-samples", _options.ShortTraining,
        "--trial-log", Path.Combine(_run.Artifacts, string.Create(CultureInfo.InvariantCulture, $"{_name}-{_options.Loss}.trials.json")),
    ];

    private string WritePolicy(string key, string[] layers, int[][] bits)
    {
        if (bits.Length != layers.Length)
            throw new BenchException($"The policy has {bits.Length} layers, {_network.Name} has {layers.Length}.");
        string path = Path.Combine(_run.Artifacts, $"{_name}-{key}.policy.json");
        LayerPolicy[] policy = [.. layers.Zip(bits, (name, b) => new LayerPolicy(name, b[0], b[1], b.Length > 2 ? b[2] : 0))];
        File.WriteAllText(path, JsonSerializer.Serialize(policy, TrainedJson.Default.LayerPolicyArray));
        return path;
    }
}
