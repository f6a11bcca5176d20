using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Strips;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.ColumnSharing;

/// <summary>Shared columns, compiled from file to file: alone, after a search with strips, and trained.</summary>
public sealed class ColumnSharingCompilationTests : IDisposable
{
    private readonly ChainCompilation _net = new();

    public void Dispose() => _net.Dispose();

    [Fact]
    public void Sharing_saves_the_cells_asked_for_and_is_locked()
    {
        CompileOptions options = _net.Options() with
        {
            Hardware = "nju-32",
            Merge = ColumnSharingOptions.Parse("0.2", "auto"),
            LockPath = _net.Folder.At("lock.json"),
            ReportDirectory = _net.Folder.At("report"),
        };
        CompileResult first = CompilePipeline.Compile(options);
        Assert.True(first.Cost.Cells <= 0.8 * first.Baseline.Cells, $"{first.Cost.Cells} of {first.Baseline.Cells}");
        // Asked of the strips there are; those that then round to zeros take no cells with columns of their own either.
        Assert.InRange(first.Report.Merged!.Saved, 0.18, 0.4);
        Assert.Equal(first.Report.Merged.Cells, first.Cost.Cells);
        Assert.True(first.AccuracyCompiled!.Correct >= ChainCompilation.Samples / 2, $"{first.AccuracyCompiled.Correct}");
        byte[] bytes = File.ReadAllBytes(_net.Folder.At("net.cim"));
        CompilePipeline.Compile(options);
        Assert.Equal(bytes, File.ReadAllBytes(_net.Folder.At("net.cim")));
        Assert.Equal("CIM1010", Assert.Throws<CimException>(
            () => CompilePipeline.Compile(options with { Merge = ColumnSharingOptions.Parse("0.3", "auto") })).Code);
    }

    [Fact]
    public void Sharing_follows_a_search_with_strips_of_several_widths_in_one_compilation()
    {
        CompileOptions options = _net.Options() with
        {
            Hardware = "nju-32",
            Search = "random",
            SearchEvaluations = 3,
            Strips = StripOptions.Parse("0.3", "8,4,2", "strip"),
            Merge = ColumnSharingOptions.Parse("0.2", "group"),
            MaxAccuracyLoss = 30,
        };
        CompileResult result = CompilePipeline.Compile(options);
        Assert.NotNull(result.Search);
        Assert.Contains(result.Policy.Layers, l => l.Layout is { StripWidths: not null, SharesColumns: true });
        Assert.True(result.Report.Merged!.Saved >= 0.2, $"{result.Report.Merged}");
        // The lowest conversions and cells of all three: less than strips alone take of 8 bits.
        Assert.True(result.Cost.Cells <= 0.8 * 0.75 * result.Baseline.Cells, $"{result.Cost.Cells} of {result.Baseline.Cells}");
        options = _net.Options() with { Hardware = "isaac", Merge = ColumnSharingOptions.Parse("0.2", "spectral") };
        CimException wrong = Assert.Throws<CimException>(() => CompilePipeline.Compile(options));
        Assert.Equal("CIM0010", wrong.Code);
    }

    [Fact]
    public void Shared_columns_are_trained_and_as_many_as_a_loss_allows_are_found()
    {
        CompileOptions options = _net.Options() with
        {
            Hardware = "nju-32",
            WeightBits = 4,
            Training = _net.Data,
            Epochs = 1,
            Merge = ColumnSharingOptions.Parse("0.3", "auto"),
        };
        CompileResult trained = CompilePipeline.Compile(options);
        Assert.True(trained.Report.Merged!.Saved >= 0.3, $"{trained.Report.Merged}");
        Assert.True(trained.AccuracyCompiled!.Correct >= ChainCompilation.Samples / 2, $"{trained.AccuracyCompiled.Correct}");

        options = _net.Options() with
        {
            Hardware = "nju-32",
            Merge = ColumnSharingOptions.Parse("auto", "group"),
            MaxAccuracyLoss = 20,
            Evaluation = null,
        };
        CompileResult found = CompilePipeline.Compile(options);
        Assert.InRange(found.Report.Merged!.Saved, 0.05, 0.95);
        Assert.Equal("CIM3011", Assert.Throws<CimException>(() => CompilePipeline.Compile(options with { Calibration = null })).Code);
    }
}
