using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Runtime;

namespace Cim.Compiler.Stages;

/// <summary>
/// Afterwards it is known how far outputs are from the float network's, on samples of the calibration file that were not calibrated on;
/// if all were, on those. It needs no labels.
/// </summary>
internal sealed class AgreementStage : ICompileStage
{
    private const int Samples = 128;

    public string Name => "Agreement";

    public bool AppliesTo(CompileState state, CompileContext context) =>
        !state.Calibration.IsSynthetic && state.Graph.Values[state.Graph.Outputs[0]].Type == ElementType.Float32;

    public string Announcement(CompileState state, CompileContext context) => "comparing outputs with the float network";

    public CompileState Run(CompileState state, CompileContext context)
    {
        CalibrationData samples = context.Sources.ReadHeldOut(state.Input, state.Calibration.Count, Samples, context.Cancellation)
            ?? state.Calibration.Spread(state.Input, Samples);
        var run = new RunOptions { Fidelity = state.Emitted!.Fidelity, Seed = context.Options.Seed };
        return state with
        {
            Agreement = OutputAgreement.Measure(state.Graph, state.Input, samples, state.Emitted.Model, run, context.Cancellation),
        };
    }
}
