using Cim.Compiler.Candidates;
using Cim.Compiler.Pipeline;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards the network is trained with its quantizers.</summary>
/// <param name="trainer">Trains from the rounded network.</param>
internal sealed class TrainStage(ICandidateTrainer trainer) : ICompileStage
{
    public string Name => "Train";

    public LockedPart LockedBy => LockedPart.Network;

    public bool AppliesTo(CompileState state, CompileContext context) =>
        context.Options.Training is not null && state.Quantized.Method != RoundedNetwork.Trained;

    public CompileState Run(CompileState state, CompileContext context) => state with
    {
        Network = state.Quantized with
        {
            Quantized = trainer.Train(state, state.Quantized.Quantized, state.Precisions, context).Graph,
            Method = RoundedNetwork.Trained,
        },
    };
}
