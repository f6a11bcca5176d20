using Cim.Compiler.Candidates;
using Cim.Compiler.Pipeline;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards the network has quantizers; a search may have trained it with them already.</summary>
/// <param name="quantizer">Quantizes without training.</param>
internal sealed class RoundStage(ICandidateQuantizer quantizer) : ICompileStage
{
    public string Name => "Round";

    public LockedPart LockedBy => LockedPart.Network;

    public bool AppliesTo(CompileState state, CompileContext context) => state.Network is null;

    public CompileState Run(CompileState state, CompileContext context) =>
        state with { Network = quantizer.Quantize(state, state.Precisions, context) };
}
