using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Strips;
using Cim.Compiler.Tests.Support;

namespace Cim.Compiler.Tests.Pipeline;

/// <summary>Cancelling at any line of progress ends the compilation there, and nothing is written.</summary>
public sealed class CancellationTests : IDisposable
{
    private readonly ChainCompilation _net = new();

    public void Dispose() => _net.Dispose();

    public static TheoryData<string> Ways => ["plain", "compensated", "search", "strips", "sharing", "variation"];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_stage_ends_when_it_is_cancelled(string way)
    {
        CompileOptions options = Options(way);
        var complete = new ProgressLines();
        CompilePipeline.Compile(options with { OutputPath = null, ReportDirectory = null, LockPath = null }, complete);
        string[] steps = [.. complete.All.Select(Step).Distinct(StringComparer.Ordinal)];
        Assert.True(steps.Length > 3, string.Join(" | ", steps));
        string[] before = Files();
        foreach (string step in steps)
        {
            using var source = new CancellationTokenSource();
            var lines = new ProgressLines(line =>
            {
                if (Step(line) == step) source.Cancel();
            });
            try
            {
                CompilePipeline.Compile(options, lines, null, source.Token);
                Assert.Fail($"Cancelled at '{step}', it went on to the end.");
            }
            catch (OperationCanceledException)
            {
                Assert.Equal(before, Files());
            }
        }
    }

    /// <summary>What a line announces: without its time, figures that may differ from run to run, and parts that are done.</summary>
    private static string Step(string line)
    {
        string text = line;
        if (line.StartsWith('['))
        {
            text = line[(line.IndexOf(']', StringComparison.Ordinal) + 2)..];
            int parts = text.IndexOf(": ", StringComparison.Ordinal);
            if (parts > 0) text = text[..parts];
        }

        // What is left is told only where it is a second or more.
        return string.Concat(text.Where(c => !char.IsAsciiDigit(c))).Replace(",  s left", "", StringComparison.Ordinal);
    }

    /// <summary>All files but the log of a search, which is kept so that the search goes on where it was.</summary>
    private string[] Files() => [.. _net.Files().Where(f => !f.EndsWith(".trials.json", StringComparison.Ordinal))];

    private CompileOptions Options(string way)
    {
        CompileOptions options = _net.Options() with
        {
            ReportDirectory = _net.Folder.At("report"), LockPath = _net.Folder.At("net.lock.json"),
        };
        return way switch
        {
            "compensated" => options with { WeightBits = 4, ActivationBits = 6 },
            "search" => options with { Search = "exact", SearchEvaluations = 3, MaxAccuracyLoss = 20 },
            "strips" => options with { Strips = StripOptions.Parse("0.5", null, "strip"), MaxAccuracyLoss = 20 },
            "sharing" => options with { Hardware = "nju-32", Merge = ColumnSharingOptions.Parse("0.2", "auto") },
            "variation" => options with { VariationAware = true, Hardware = "neurosim-rram22" },
            _ => options,
        };
    }
}
