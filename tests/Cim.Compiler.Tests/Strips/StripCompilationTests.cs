using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Reporting;
using Cim.Compiler.Strips;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Strips;

/// <summary>Strips of several widths, compiled from file to file.</summary>
public sealed class StripCompilationTests : IDisposable
{
    private readonly ChainCompilation _net = new();

    public void Dispose() => _net.Dispose();

    [Fact]
    public void Strips_save_the_cells_asked_for_keep_the_accuracy_and_are_locked()
    {
        CompileOptions options = _net.Options() with
        {
            Strips = StripOptions.Parse("0.3", null, "strip"),
            LockPath = _net.Folder.At("lock.json"),
            ReportDirectory = _net.Folder.At("report"),
        };
        CompileResult first = CompilePipeline.Compile(options);
        Assert.True(first.Cost.Cells <= 0.7 * first.Baseline.Cells, $"{first.Cost.Cells} of {first.Baseline.Cells}");
        Assert.True(first.AccuracyCompiled!.Correct >= ChainCompilation.Samples - 8, $"{first.AccuracyCompiled.Correct}");
        Assert.Contains(first.Policy.Layers, l => l.Layout is LayerLayout.Strips);
        LayerReport striped = first.Report.Layers.First(l => l.Strips is not null);
        Assert.Equal((long)striped.Rows * striped.Columns, striped.Strips!.Value.Sum(s => s.Weights));
        byte[] bytes = File.ReadAllBytes(_net.Folder.At("net.cim"));
        CompilePipeline.Compile(options);
        Assert.Equal(bytes, File.ReadAllBytes(_net.Folder.At("net.cim")));
        using CimModel model = CimModel.Load(_net.Folder.At("net.cim"));
        Assert.Equal(first.Cost.EnergyPj, model.Info.Cost.EnergyPj);
    }
}
