using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class ReportStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Has_a_row_for_each_layer_and_the_warnings_so_far()
    {
        CompileState state = _compilation.After("Report", _compilation.Options with { AdcBits = 3 });
        Assert.Equal(state.Mapped!.Lowered.Layers.Select(l => l.Layer.NodeName), state.Report!.Layers.Select(l => l.Name));
        Assert.Equal(_compilation.Warnings, state.Report.Diagnostics.Select(d => d.Code));
        Assert.Equal(state.Measured!.LossPoints, state.Report.LossPoints);
    }
}
