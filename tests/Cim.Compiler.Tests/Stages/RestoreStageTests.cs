using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class RestoreStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    private CompileOptions Locked => _compilation.Options with { LockPath = _compilation.At("lock.json"), WeightBits = 4 };

    [Fact]
    public void The_locked_network_takes_the_place_of_rounding()
    {
        CompilePipeline.Compile(Locked);
        CompileState state = _compilation.After("Round", Locked), anew = _compilation.After("Round", Locked with { ForceEvaluate = true });
        Assert.True(StagedCompilation.Ran(state, "Restore"));
        Assert.False(StagedCompilation.Ran(state, "Round"));
        Assert.Equal(anew.Quantized.Method, state.Quantized.Method);
        Assert.Equal(anew.Quantized.Quantized.Nodes.Select(n => n.Name), state.Quantized.Quantized.Nodes.Select(n => n.Name));
    }

    [Fact]
    public void There_is_no_network_before_it() => Assert.Throws<InvalidOperationException>(() =>
    {
        CompilePipeline.Compile(Locked);
        return _compilation.After("Calibrate", Locked).Quantized;
    });

    [Fact]
    public void Precisions_alone_restore_nothing()
    {
        CompilePipeline.Lock(Locked);
        CompileState state = _compilation.After("Round", Locked);
        Assert.False(StagedCompilation.Ran(state, "Restore"));
        Assert.True(StagedCompilation.Ran(state, "Round"));
    }
}
