using System.Collections.Immutable;
using Cim.Runtime.Crossbar.Blocks;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;

namespace Cim.Compiler.Evaluation;

/// <summary>Which converters change sums, what simulating them takes, and what would help where they lose accuracy.</summary>
internal static class ConverterLoss
{
    /// <summary>Points that converters may lose without a warning, unless a budget is smaller.</summary>
    public const double WorthAWarning = 2;

    // One-bit multiplications of a measurement: seconds on a desktop processor. Small networks are measured on every sample.
    private const double MaxWork = 4e12;
    private const int MinSamples = 500;

    /// <summary>True if a converter can change a sum of these weights; if none can, <c>adc</c> equals <c>exact</c> bit for bit.</summary>
    public static bool IsLossy(ModelProgram program, HardwareProfile hardware) =>
        program.Layers.Any(layer => BlockParts.Of(layer).Any(part => !new AnalogPlan(part, hardware).IsLossless()));

    /// <summary>Labelled samples that are simulated beyond <c>exact</c>.</summary>
    /// <param name="program">The program.</param>
    /// <param name="hardware">The hardware.</param>
    /// <param name="available">Samples there are, or the user's limit.</param>
    public static int Samples(ModelProgram program, HardwareProfile hardware, int available)
    {
        double work = program.Layers.Sum(layer => BlockParts.Of(layer).Sum(part =>
        {
            double products = (double)part.Outputs * part.Mapping.MappedRows(part.RowsPerGroup) * part.PositionsPerImage;
            return products * part.Mapping.SliceBits.Length * InputStream.Slices(part.Input, hardware.DacBits).Length;
        }));
        return (int)Math.Min(available, Math.Max(MinSamples, MaxWork / Math.Max(1, work)));
    }

    /// <summary>The converters in words, for example "the 2-bit converters of 'narrow' (range calibrated)".</summary>
    public static string Describe(ModelProgram program, HardwareProfile hardware)
    {
        int[] bits = [.. program.Layers.Select(l => l.AdcBits > 0 ? l.AdcBits : hardware.AdcBits).Distinct().Order()];
        string width = bits is [] or [0] ? "ideal" : bits.Length == 1 ? $"{bits[0]}-bit" : $"{bits[0]}- to {bits[^1]}-bit";
        string range = hardware.AdcRange.Policy == AdcRangePolicy.Fixed
            ? FormattableString.Invariant($"[{hardware.AdcRange.Low}, {hardware.AdcRange.High}]") : hardware.AdcRange.Policy.ToString()
                .ToLowerInvariant();
        return $"the {width} converters of '{hardware.Name}' (adcRange {range}, {hardware.Rows} rows, {Encoding(hardware.Encoding)})";
    }

    /// <summary>What makes the converters' steps finer or the sums smaller on this hardware, in the order in which it usually
    /// helps.</summary>
    public static string Cures(HardwareProfile hardware)
    {
        var cures = ImmutableArray.CreateBuilder<string>();
        if (hardware.AdcRange.Policy == AdcRangePolicy.Fixed) cures.Add("an adcRange that holds the sums (\"calibrated\" measures it)");
        else if (hardware.AdcRange.Policy == AdcRangePolicy.Full)
            cures.Add("adcRange \"calibrated\" (or \"granular\"), which measures the sums");
        if (hardware.Encoding == WeightEncoding.Offset) cures.Add("encoding \"differential\", whose sums are smaller");
        if (hardware.AdcBits is > 0 and < 12) cures.Add($"more adcBits ({hardware.AdcBits + 1} or {hardware.AdcBits + 2})");
        if (hardware.Rows > 16) cures.Add($"fewer rows ({hardware.Rows / 2})");
        return "What helps: " + string.Join("; ", cures) + ".";
    }

    private static string Encoding(WeightEncoding encoding) => encoding switch
    {
        WeightEncoding.Differential => "differential",
        WeightEncoding.DifferentialTwoSided => "differential-two-sided",
        WeightEncoding.Offset => "offset",
        _ => "twos-complement",
    };
}
