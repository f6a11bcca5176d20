using Cim.Compiler.Pipeline;
using Cim.Compiler.Search.Persistence;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

/// <summary>Searches whose candidates are measured and trained elsewhere.</summary>
public sealed class CandidateStageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("rl")]
    [InlineData("exact")]
    [InlineData("evolutionary")]
    public void A_search_in_rounds_gives_the_model_and_the_log_of_one_process(string search)
    {
        using var net = new StagedCompilation();
        CompileOptions options = net.Options with { Search = search, SearchEvaluations = 14, ParallelCandidates = 4, MaxAccuracyLoss = 8 };
        List<CandidateTask> tasks = Equal(options);
        Assert.All(tasks, t => Assert.Null(t.Choices));
        Assert.InRange(tasks.Count, 2, 14);
    }

    [Fact]
    public void Short_trainings_are_candidates_too()
    {
        byte[] network = NoisyPatterns.Network(1024, 1, 0.05, "conv 6 3x3 pad 1", "relu", "linear 12", "relu", "linear 10");
        string data = NoisyPatterns.Write(_folder, "training.npz", 2048, 3);
        List<CandidateTask> tasks = Equal(new CompileOptions
        {
            ModelPath = _folder.Write("net.onnx", network), Hardware = "cim-aq-4b", Calibration = data, Training = data, Epochs = 1,
            Search = "exact", SearchEvaluations = 8, SearchSamples = 192, SearchTrainingSamples = 512, MaxAccuracyLoss = 2,
            ParallelCandidates = 3,
        });
        Assert.Contains(tasks, t => t.Choices is null);
        Assert.True(tasks.Count(t => t.Choices is not null) > 1);
    }

    [Fact]
    public void A_measurement_of_another_network_is_refused()
    {
        using var net = new StagedCompilation();
        CompileOptions options = net.Options with
        {
            Search = "exact", SearchEvaluations = 3, MaxAccuracyLoss = 50, TrialLogPath = _folder.At("trials.json"),
        };
        CimException e = Assert.Throws<CimException>(() => CompilePipeline.Measure(options, [new CandidateTask("4 / 4")], null, default));
        Assert.Equal(ErrorCodes.InvalidStudy, e.Code);
    }

    /// <summary>Compiles in one process and in rounds; what was measured in rounds.</summary>
    private List<CandidateTask> Equal(CompileOptions options)
    {
        CompilePipeline.Compile(options with { OutputPath = _folder.At("one.cim"), TrialLogPath = _folder.At("one.json") });
        CompileOptions split = options with
        {
            OutputPath = _folder.At("many.cim"), TrialLogPath = _folder.At("many.json"), CandidatesPath = _folder.At("many.bin"),
        };
        var all = new List<CandidateTask>();
        while (true)
        {
            try
            {
                CompilePipeline.Compile(split with { LeavesCandidates = true });
                break;
            }
            catch (SearchRoundException round)
            {
                Assert.InRange(round.Tasks.Count, 1, options.ParallelCandidates);
                all.AddRange(round.Tasks);
                byte[] before = File.ReadAllBytes(split.TrialLogPath!);
                // Two processes, each with a part of the round; neither writes into the log.
                CandidateResult[] results =
                [
                    .. round.Tasks.Chunk(2).Reverse().SelectMany(t => CompilePipeline.Measure(split, [.. t], null, default)),
                ];
                Assert.Equal(before, File.ReadAllBytes(split.TrialLogPath!));
                CompilePipeline.Learn(split, results);
            }
        }

        Assert.Equal(File.ReadAllBytes(_folder.At("one.json")), File.ReadAllBytes(_folder.At("many.json")));
        Assert.Equal(File.ReadAllBytes(_folder.At("one.cim")), File.ReadAllBytes(_folder.At("many.cim")));
        return all;
    }
}
