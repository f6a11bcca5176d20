using Cim.Compiler.Evaluation;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards it is known what converters and cells do to each layer, where somebody reads a report and they do
/// anything.</summary>
internal sealed class HardwareErrorStage : ICompileStage
{
    public string Name => "HardwareErrors";

    public bool AppliesTo(CompileState state, CompileContext context) => context.Options.ReportDirectory is not null
        && state.Emitted is { } emitted && !HardwareErrors.Of(emitted.IsLossy, emitted.Fidelity).IsEmpty;

    public string Announcement(CompileState state, CompileContext context) => "measuring what converters and cells add to the errors";

    public CompileState Run(CompileState state, CompileContext context)
    {
        EmittedModel emitted = state.Emitted!;
        CalibrationData samples = context.Sources.ReadErrorSamples(
            state.Input, state.Calibration, HardwareErrors.Samples, context.Cancellation);
        return state with
        {
            HardwareErrors = HardwareErrors.Measure(
                (emitted.Model.Program, context.Hardware, context.Options.Seed),
                HardwareErrors.Of(emitted.IsLossy, emitted.Fidelity), state.Input, samples, context.Steps, context.Cancellation),
        };
    }
}
