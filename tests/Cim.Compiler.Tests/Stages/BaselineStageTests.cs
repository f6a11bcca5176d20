using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class BaselineStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Eight_bits_everywhere_are_their_own_baseline()
    {
        CompileState state = _compilation.After("Baseline");
        Assert.Same(state.Measured!.Exact, state.BaselineAccuracy);
    }

    [Fact]
    public void Fewer_bits_are_compared_with_eight()
    {
        CompileState eight = _compilation.After("Evaluate", _compilation.Options with { Rounding = RoundingMethods.Compensated }),
            two = _compilation.After(
                "Baseline",
                _compilation.Options with { WeightBits = 2, ActivationBits = 2, Rounding = RoundingMethods.Compensated });
        Assert.Equal(eight.Measured!.Exact.Correct, two.BaselineAccuracy!.Correct);
    }
}
