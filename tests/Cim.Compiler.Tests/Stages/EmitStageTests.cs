using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class EmitStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Converters_that_change_sums_are_calibrated_and_raise_the_fidelity()
    {
        EmittedModel emitted = _compilation.After("Emit", _compilation.Options with { AdcBits = 3 }).Emitted!;
        Assert.True(emitted.IsLossy);
        Assert.Equal(Fidelity.Adc, emitted.Fidelity);
        Assert.Equal(emitted.Model.Program.Layers.Select(l => l.Name).Order(), emitted.Saturation.Keys.Order());
    }
}
