using Cim.Compiler.Pipeline;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards the precisions are in the lock file, which was all that was asked for; those that are there already stay.</summary>
internal sealed class WriteLockStage : ICompileStage
{
    public string Name => "WriteLock";

    public LockedPart LockedBy => LockedPart.Precisions;

    public CompileState Run(CompileState state, CompileContext context)
    {
        state.Lock!.Write(context.Options.LockPath!, state.Precisions, null, context.LockedWarnings);
        return state;
    }
}
