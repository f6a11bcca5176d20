using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Runtime;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards there are samples for ranges and rounding: those of a file, or random ones.</summary>
internal sealed class CalibrateStage : ICompileStage
{
    private static MessageText NoCalibration(MessageText assumed) =>
        $"There is no calibration data: activation ranges are estimated from normalisation statistics and random inputs, and weights are "
            + $"rounded without knowing what they meet. {assumed} "
        + $"100 to 500 unlabelled samples ({OptionTable.Calibration.Named()}) usually bring an 8-bit network within 1 percentage point of "
            + $"the float one and make 4-bit weights usable.";

    public string Name => "Calibrate";

    public CompileState Run(CompileState state, CompileContext context)
    {
        CompileOptions options = context.Options;
        CalibrationData samples = context.Sources.ReadCalibration(state.Input, context.Cancellation);
        ImmutableDictionary<string, double> deviations = samples.IsSynthetic
            ? state.Input.Ports.Where(p => p.Type == ElementType.Float32)
                .ToImmutableDictionary(p => p.Name, p => InputDeviation.Of(state.Graph, p.Name))
            : ImmutableDictionary<string, double>.Empty;
        if (deviations.Values.Any(d => d != 1)) samples = samples.Scaled(state.Input, p => deviations.GetValueOrDefault(p.Name, 1));
        if (!context.OnlyLocks) Warn(samples);
        return state with { Samples = samples };

        void Warn(CalibrationData samples)
        {
            if ((options.Calibration ?? options.Training) is { } path)
                SampleWarning.Check(context, path, samples, state.Input, "ranges and rounding fitted to them are worth nothing");
            if (samples.IsSynthetic) context.Warn(ErrorCodes.NoCalibrationData, NoCalibration(Assumed(deviations)));
        }
    }

    /// <summary>Which inputs the random samples stand for.</summary>
    private static MessageText Assumed(ImmutableDictionary<string, double> deviations)
    {
        if (deviations.IsEmpty) return "Integer inputs are taken as zero.";
        string[] unusual =
        [
            .. deviations.Where(d => d.Value != 1).OrderBy(d => d.Key, StringComparer.Ordinal)
                .Select(d => FormattableString.Invariant($"'{d.Key}' has a standard deviation of about {d.Value:G3}")),
        ];
        return unusual.Length == 0
            ? "Inputs are taken as normalised: mean 0, standard deviation 1. A network that reads 0..255 gives wrong answers then."
            : $"By the statistics of its first normalisation the network was trained on inputs that are not normalised: "
                + $"{string.Join(", ", unusual)}, and random inputs have that.";
    }
}
