using Cim.Compiler.Ir;
using Cim.Compiler.Pipeline;
using Cim.Runtime;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards the network has the quantizers that the lock file holds; there is nothing left to round or to train.</summary>
internal sealed class RestoreStage : ICompileStage
{
    public string Name => "Restore";

    public bool AppliesTo(CompileState state, CompileContext context) => state.IsLocked(LockedPart.Network);

    public string Announcement(CompileState state, CompileContext context) => "taking weights, scales and ranges from the lock file";

    /// <exception cref="CimException">CIM1021: the locked network is damaged, or is not one of this model.</exception>
    public CompileState Run(CompileState state, CompileContext context)
    {
        try
        {
            (Graph quantized, Graph original, string method) = state.Lock!.Result!.Network!.Restore(state.Graph, state.Lock.Policy!);
            return state with { Network = new RoundedNetwork(original, quantized, method) };
        }
        catch (CimException e) when (e.File is null)
        {
            throw new CimException(e.Code, e.Message, e) { File = context.Options.LockPath };
        }
    }
}
