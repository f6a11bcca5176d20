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
    /// <param name="program">The program; its layers may have no ranges yet.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="input">Its input.</param>
    /// <param name="data">Calibration samples.</param>
    /// <param name="progress">Counts layers.</param>
    /// <param name="cancellation">Checked between batches.</param>
    /// <returns>The program with ranges, and the saturation of each layer by name (empty if the read-out is ideal).</returns>
    public static (ModelProgram Program, ImmutableDictionary<string, double> Saturation) Measure(
        ModelProgram program, HardwareProfile profile, GraphInput input, CalibrationData data, IStepProgress progress,
        CancellationToken cancellation)
    {
        bool converts = program.Layers.Any(l => l.AdcBits > 0) || profile.AdcBits > 0;
        if (!converts && profile.ColumnCorrection == ColumnCorrection.None) return (program, ImmutableDictionary<string, double>.Empty);
        AnalogObservation observed = AnalogObservation.Of(program, profile, input, data, progress, cancellation);
        ModelProgram ranged = observed.Apply(program, profile);
        return (ranged, converts ? observed.Saturations(ranged, profile) : ImmutableDictionary<string, double>.Empty);
    }
}
