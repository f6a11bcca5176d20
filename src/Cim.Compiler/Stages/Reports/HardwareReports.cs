using Cim.Compiler.Reporting;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Stages.Reports;

/// <summary>The hardware in the report.</summary>
internal static class HardwareReports
{
    /// <summary>The figures of a profile that readers of a report look for.</summary>
    public static HardwareReport Of(HardwareProfile hardware) => new()
    {
        Name = hardware.Name,
        Rows = hardware.Rows,
        Columns = hardware.Columns,
        CellBits = hardware.CellBits,
        DacBits = hardware.DacBits,
        AdcBits = hardware.AdcBits,
        Encoding = Encoding(hardware.Encoding),
        AdcRange = Range(hardware.AdcRange),
    };

    private static string Encoding(WeightEncoding encoding) => encoding switch
    {
        WeightEncoding.Differential => "differential",
        WeightEncoding.DifferentialTwoSided => "differential-two-sided",
        WeightEncoding.Offset => "offset",
        WeightEncoding.TwosComplement => "twos-complement",
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, null),
    };

    private static string Range(AdcRange range) => range.Policy == AdcRangePolicy.Fixed
        ? FormattableString.Invariant($"[{range.Low}, {range.High}]")
        : range.Policy.ToString().ToLowerInvariant();
}
