using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;

namespace Cim.Compiler.Strips;

/// <summary>What has one width together.</summary>
internal enum StripUnit
{
    /// <summary>One output on one row tile.</summary>
    Strip,

    /// <summary>One output on all row tiles.</summary>
    Column,

    /// <summary>A whole layer.</summary>
    Layer,
}

/// <summary>How strips get their widths.</summary>
/// <param name="Compression">Share of the cells of uniform 8-bit weights that is saved; null = as much as the loss allows.</param>
/// <param name="Widths">The widths there are; empty = all that take different numbers of cells, and 0.</param>
/// <param name="Unit">What has one width together.</param>
internal sealed record StripOptions(double? Compression, ImmutableArray<int> Widths, StripUnit Unit)
{
    /// <summary>Reads <c>--strips</c>, <c>--strip-widths</c> and <c>--strip-unit</c>; null if there are to be no strips.</summary>
    /// <exception cref="CimException">CIM0010: values that cannot be.</exception>
    public static StripOptions? Parse(string? strips, string? widths, string unit)
    {
        if (strips is null) return null;
        double? compression = null;
        if (strips != "auto")
        {
            if (!double.TryParse(strips, NumberStyles.Float, CultureInfo.InvariantCulture, out double share) || share is not (> 0 and < 1))
                throw OptionError.Usage($"{OptionTable.Strips.Is(strips)}; expected {OptionTable.Strips.Allowed()}.");
            compression = share;
        }

        var bits = ImmutableArray.CreateBuilder<int>();
        foreach (string width in widths?.Split(',', StringSplitOptions.TrimEntries) ?? [])
        {
            if (!int.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out int b) || b is not (0 or (>= 2 and <= 8)))
                throw OptionError.Usage($"{OptionTable.StripWidths.Is(width)}; expected {OptionTable.StripWidths.Allowed()}.");
            bits.Add(b);
        }

        return new StripOptions(compression, [.. bits.Distinct().OrderDescending()], unit switch
        {
            "strip" => StripUnit.Strip,
            "column" => StripUnit.Column,
            "layer" => StripUnit.Layer,
            _ => throw OptionError.Usage($"{OptionTable.StripUnit.Is(unit)}; expected {OptionTable.StripUnit.Allowed()}."),
        });
    }
}
