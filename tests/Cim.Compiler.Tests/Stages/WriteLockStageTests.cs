using Cim.Compiler.Pipeline;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

public sealed class WriteLockStageTests : IDisposable
{
    private readonly StagedCompilation _compilation = new();

    public void Dispose() => _compilation.Dispose();

    [Fact]
    public void Locks_precisions_and_writes_nothing_else()
    {
        CompileOptions options = _compilation.Options with { LockPath = _compilation.At("lock.json"), WeightBits = 5 };
        CompilePipeline.Lock(options);
        Assert.False(File.Exists(options.OutputPath));
        CompileState state = _compilation.After("Lock", options);
        Assert.True(state.IsLocked(LockedPart.Precisions));
        Assert.False(state.IsLocked(LockedPart.Network));
        Assert.All(state.Precisions.Layers, l => Assert.Equal(5, l.WeightBits));
    }
}
