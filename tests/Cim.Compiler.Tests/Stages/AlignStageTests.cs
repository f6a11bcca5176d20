using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class AlignStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Without_variation_precisions_stay()
    {
        CompileState state = _compilation.After("Align", _compilation.Options with { VariationAware = true });
        Assert.True(StagedCompilation.Ran(state, "Align"));
        Assert.Empty(state.Alignment);
        Assert.Equal(_compilation.After("Calibrate").Precisions.Layers.AsEnumerable(), state.Precisions.Layers);
    }

    [Fact]
    public void Does_not_run_unless_asked_for() => Assert.False(StagedCompilation.Ran(_compilation.After("Align"), "Align"));
}
