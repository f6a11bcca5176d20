using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Candidates;

/// <summary>A search of precisions for a network that is trained: candidates get a short training, the winner the full one.</summary>
public sealed class CandidateTrainingTests : IDisposable
{
    private const double Budget = 1;

    private static readonly byte[] _network = NoisyPatterns.Network(
        4096, 3, 0.05, "conv 6 3x3 pad 1", "relu", "linear 16", "relu", "linear 12", "relu", "linear 10");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_search_with_training_is_cheaper_than_one_without_and_within_its_budget_on_samples_it_never_saw()
    {
        CompileResult without = Compile(Options("without.cim") with { Training = null, Epochs = null, TrainingCheckpoint = null });
        var lines = new List<string>();
        CompileResult with = Compile(Options("with.cim"), lines);
        Assert.True(with.Search!.IsWithinBudget);
        Assert.NotEmpty(with.Search.Training!.Trials);
        Assert.True(with.Cost.LatencyNs < without.Cost.LatencyNs, string.Join('\n', lines));

        string evaluation = Data("evaluation.npz", 2048, 5);
        using var original = new FloatEvaluator(_folder.At("net.onnx"));
        using var compiled = new CimModel(with.Model);
        double wanted = original.Evaluate(DataSet.Open(evaluation, original.Input.Ports, Preprocessing.None), 0, null, default).Fraction;
        double had = new CompiledEvaluator(compiled)
            .Evaluate(DataSet.Open(evaluation, original.Input.Ports, Preprocessing.None), new RunOptions { Fidelity = Fidelity.Exact }, 0,
            null, default).Fraction;
        // The budget, and two standard deviations of the hold-out set and of these samples.
        Assert.True(100 * (wanted - had) <= Budget + 2, $"{100 * (wanted - had)} points lost");
    }

    [Fact]
    public void A_killed_search_trains_no_candidate_twice_and_a_lock_repeats_the_result_byte_by_byte()
    {
        string log = _folder.At("trials.json"), lockFile = _folder.At("net.lock");
        var lines = new List<string>();
        CompileOptions options = Options("first.cim") with { TrialLogPath = log, LockPath = lockFile };
        Compile(options, lines);
        Assert.Contains(lines, l => l.Contains("Short training 1:", StringComparison.Ordinal));
        string[] trained = Trained(log);

        Compile(options with { OutputPath = _folder.At("second.cim"), ForceEvaluate = true });
        Compile(options with { OutputPath = _folder.At("third.cim"), TrialLogPath = null });
        Assert.Equal(trained, Trained(log));
        byte[] first = File.ReadAllBytes(_folder.At("first.cim"));
        Assert.Equal(first, File.ReadAllBytes(_folder.At("second.cim")));
        Assert.Equal(first, File.ReadAllBytes(_folder.At("third.cim")));
    }

    private static string[] Trained(string log) =>
        [.. File.ReadAllLines(log).SkipWhile(l => !l.Contains("\"trained\"", StringComparison.Ordinal))];

    private static CompileResult Compile(CompileOptions options, List<string>? lines = null) =>
        CompilePipeline.Compile(options, lines is null ? null : new ProgressLines(lines.Add));

    private CompileOptions Options(string output) => new()
    {
        ModelPath = _folder.Write("net.onnx", _network), OutputPath = _folder.At(output), Hardware = "cim-aq-4b",
            Calibration = Data("training.npz", 6144, 3),
        Training = Data("training.npz", 6144, 3), Epochs = 3, TrainingCheckpoint = _folder.At(output + ".training"),
        Search = "exact", SearchEvaluations = 8, SearchSamples = 384, SearchTrainingSamples = 2048, MaxAccuracyLoss = Budget,
    };

    private string Data(string name, int count, ulong seed) => NoisyPatterns.Write(_folder, name, count, seed);
}
