using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class AgreementStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Compares_outputs_on_calibration_samples()
    {
        CompileState state = _compilation.After("Agreement", _compilation.Options with { CalibrationSamples = 32 });
        Assert.Equal(16, state.Agreement!.Samples);
        Assert.InRange(state.Agreement.Cosine, 0.99, 1.000001);
    }

    [Fact]
    public void Does_not_run_on_random_samples() => Assert.False(StagedCompilation.Ran(
        _compilation.After("Agreement", _compilation.Options with { Calibration = null }), "Agreement"));
}
