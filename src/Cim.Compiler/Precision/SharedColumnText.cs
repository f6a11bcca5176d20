using System.Collections.Immutable;
using System.Globalization;
using Cim.Runtime;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Precision;

/// <summary>
/// Shared columns in a policy: <c>pairs</c> or <c>split</c>, the most bits of a column, ':', then for each row tile the strips in order,
/// separated by ',', tiles by '/'. A strip is <c>3</c>, <c>-3</c> or <c>3-5</c> for the columns it is made of, with a shift
/// <c>3-5&lt;1</c>, or <c>.</c> for nothing.
/// </summary>
internal static class SharedColumnText
{
    /// <summary>Reads the columns of every strip.</summary>
    /// <param name="text">The text.</param>
    /// <param name="shape">The layer.</param>
    /// <param name="widths">The layer's strips.</param>
    /// <exception cref="CimException">CIM0011: it is not of these strips.</exception>
    public static SharedColumns Read(string text, LayerShape shape, StripWidths widths)
    {
        string layer = shape.Name;
        if (shape.Groups != 1)
            throw Invalid($"Layer '{layer}' is a grouped convolution; its strips cannot share columns. Remove 'merge' from its policy.");
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        string kind = colon < 6 ? "" : text[..5];
        if (kind is not ("pairs" or "split") || !int.TryParse(text[5..colon], NumberStyles.None, CultureInfo.InvariantCulture, out int most)
            || most is < 2 or > SharedColumns.WholeBits)
            throw Invalid($"'merge' of layer '{layer}' does not begin with 'pairs' or 'split', bits of 2 to 8 and ':'.");
        string[] tiles = text[(colon + 1)..].Split('/');
        int outputs = widths.Bits[0].Length;
        if (tiles.Length != widths.Grid.Tiles.Length)
            throw Invalid($"'merge' of layer '{layer}' has {tiles.Length} row tiles and the layer {widths.Grid.Tiles.Length}. Was the "
                + $"policy made for another hardware?");
        var all = ImmutableArray.CreateBuilder<ImmutableArray<ColumnCombination>>(tiles.Length);
        for (int t = 0; t < tiles.Length; t++)
        {
            ColumnCombination?[] combinations = [.. tiles[t].Split(',').Select(Combination)];
            if (combinations.Length != outputs)
                throw Invalid($"'merge' of layer '{layer}' has {combinations.Length} strips on row tile {t}; the layer has {outputs}.");
            for (int o = 0; o < outputs; o++)
                if (combinations[o] is not { } combination
                    || combination.Shift > SharedColumns.WholeBits - Math.Min(most, widths.Bits[t][o])
                    || (kind == "pairs" && combination is { Plus: >= 0, Minus: >= 0 })
                        || Math.Max(combination.Plus, combination.Minus) >= 2 * outputs)
                    throw Invalid($"'merge' of layer '{layer}' has '{tiles[t].Split(',')[o]}' for output {o} on row tile {t}, which is no "
                        + $"strip of it.");
            all.Add([.. combinations.Select(combination => combination!.Value)]);
        }

        var result = new SharedColumns(widths, kind == "split", most, all.ToImmutable());
        if (result.MixedColumn() is { } mixed)
            throw Invalid($"'merge' of layer '{layer}' shares a column between strips of different widths ({mixed}).");
        return result;
    }

    /// <summary>The text.</summary>
    public static string Write(SharedColumns columns) =>
        string.Create(CultureInfo.InvariantCulture, $"{(columns.IsSplit ? "split" : "pairs")}{columns.MostBits}:")
            + string.Join('/', columns.Tiles.Select(t => string.Join(',', t.Select(Write))));

    private static string Write(ColumnCombination strip)
    {
        if (strip.IsNone) return ".";
        string plus = strip.Plus < 0 ? "" : Digits(strip.Plus), minus = strip.Minus < 0 ? "" : "-" + Digits(strip.Minus);
        return plus + minus + (strip.Shift == 0 ? "" : "<" + Digits(strip.Shift));

        static string Digits(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Reads what a strip is made of; null if the text is none.</summary>
    private static ColumnCombination? Combination(string text)
    {
        if (text == ".") return ColumnCombination.None;
        int shift = 0, at = text.IndexOf('<', StringComparison.Ordinal);
        if (at >= 0 && !Number(text[(at + 1)..], out shift)) return null;
        string columns = at < 0 ? text : text[..at];
        int minus = columns.IndexOf('-', StringComparison.Ordinal), plus = -1, subtracted = -1;
        if (minus != 0 && !Number(minus < 0 ? columns : columns[..minus], out plus)) return null;
        if (minus >= 0 && !Number(columns[(minus + 1)..], out subtracted)) return null;
        return shift <= 7 && plus != subtracted ? new ColumnCombination(plus, subtracted, shift) : null;
    }

    private static bool Number(string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);

    private static CimException Invalid(string message) => new(ErrorCodes.InvalidPolicy, message);
}
