using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class RoundStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Theory]
    [InlineData(RoundingMethods.Compensated)]
    [InlineData(RoundingMethods.Nearest)]
    public void Quantizes_with_the_rounding_asked_for(string method)
    {
        CompileState state = _compilation.After("Round", _compilation.Options with { Rounding = method });
        Assert.Equal(method, state.Quantized.Method);
        Assert.Contains(state.Quantized.Quantized.Nodes, n => n.Op == "QuantizeLinear");
        Assert.Same(state.Graph, state.Quantized.Float);
    }

    [Fact]
    public void Leaves_a_network_that_is_quantized_already()
    {
        CompileOptions options = _compilation.Options with { LockPath = _compilation.At("lock.json") };
        CompilePipeline.Compile(options);
        CompileState state = _compilation.After("Round", options);
        Assert.False(StagedCompilation.Ran(state, "Round"));
        Assert.NotNull(state.Network);
    }
}
