using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class LayerErrorStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Measures_every_layer_and_warns_of_none_that_is_near()
    {
        CompileState state = _compilation.After("LayerErrors");
        Assert.Equal(state.Mapped!.Lowered.Layers.Select(l => l.Layer.NodeName).Order(), state.Errors.Select(e => e.Name).Order());
        Assert.All(state.Errors, e => Assert.InRange(e.OwnRelativeL2, 0, 0.25));
        Assert.Empty(_compilation.Warnings);
    }
}
