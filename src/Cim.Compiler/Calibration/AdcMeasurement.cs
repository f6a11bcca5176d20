using System.Collections.Immutable;
using Cim.Compiler.Messages;
using Cim.Compiler.Ort;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;

namespace Cim.Compiler.Calibration;

/// <summary>
/// Measures the analog sums of every layer on calibration samples, gives the layers converter ranges (and test vectors) where
/// the profile calls for them, and tells which share of the conversions meets the end of the range.
/// </summary>
internal static class AdcMeasurement
{
    /// <summary>Where the bins of <see cref="AnalogObservation.Conversions"/> begin and end, in multiples of a converter's
    /// range.</summary>
    public const double Low = -0.25, High = 1.25;

    /// <param name="program">The program; its layers may have no ranges yet.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="input">Its input.</param>
    /// <param name="data">Calibration samples.</param>
    /// <param name="progress">Counts layers.</param>
    /// <param name="cancellation">Checked between batches.</param>
    /// <returns>The program with ranges, the saturation of each layer by name (empty if the read-out is ideal), and what was
    /// observed (null then).</returns>
    public static (ModelProgram Program, ImmutableDictionary<string, double> Saturation, AnalogObservation? Observed) Measure(
        ModelProgram program, HardwareProfile profile, GraphInput input, CalibrationData data, IStepProgress progress,
        CancellationToken cancellation)
    {
        bool converts = program.Layers.Any(l => l.AdcBits > 0) || profile.AdcBits > 0;
        if (!converts && profile.ColumnCorrection == ColumnCorrection.None)
            return (program, ImmutableDictionary<string, double>.Empty, null);
        AnalogObservation observed = AnalogObservation.Of(program, profile, input, data, progress, cancellation);
        ModelProgram ranged = observed.Apply(program, profile);
        return (ranged, converts ? observed.Saturations(ranged, profile) : ImmutableDictionary<string, double>.Empty,
            converts ? observed : null);
    }
}
