using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Runtime;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards there are samples for ranges and rounding: those of a file, or random ones.</summary>
internal sealed class CalibrateStage : ICompileStage
{
    private static MessageText NoCalibration =>
        $"There is no calibration data: activation ranges are estimated from normalisation statistics and random inputs, and weights are "
            + $"rounded without knowing what they meet. "
        + $"100 to 500 unlabelled samples ({OptionTable.Calibration.Named()}) usually bring an 8-bit network within 1 percentage point of "
            + $"the float one and make 4-bit weights usable.";

    public string Name => "Calibrate";

    public CompileState Run(CompileState state, CompileContext context)
    {
        CompileOptions options = context.Options;
        CalibrationData samples = context.Sources.ReadCalibration(state.Input, context.Cancellation);
        if (!context.OnlyLocks) Warn(samples);
        return state with { Samples = samples };

        void Warn(CalibrationData samples)
        {
            if ((options.Calibration ?? options.Training) is { } path)
                SampleWarning.Check(context, path, samples, state.Input, "ranges and rounding fitted to them are worth nothing");
            if (samples.IsSynthetic) context.Warn(ErrorCodes.NoCalibrationData, NoCalibration);
        }
    }
}
