using System.Collections.Immutable;
using Cim.Compiler.Precision;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Mapping;

/// <summary>
/// Lays strips of different widths on arrays, each a column of its own. Strips of zeros take nothing.
/// </summary>
internal static class StripMapper
{
    /// <summary>The blocks of a layer whose integers are known.</summary>
    /// <param name="name">The layer, for errors.</param>
    /// <param name="integers">Int8 [outputs, rows].</param>
    /// <param name="widths">The strips.</param>
    /// <param name="profile">The hardware.</param>
    /// <exception cref="CimException">CIM4003: the integers of a strip do not fit its width.</exception>
    public static ImmutableArray<WeightBlock> Map(string name, ReadOnlySpan<sbyte> integers, StripWidths widths, HardwareProfile profile)
    {
        int outputs = widths.Bits[0].Length, rows = widths.Grid.RowOrder.Length;
        int[][] shifts = new int[widths.Bits.Length][];
        for (int t = 0; t < shifts.Length; t++)
        {
            shifts[t] = new int[outputs];
            ImmutableArray<int> tile = widths.Grid.RowsOf(t);
            for (int o = 0; o < outputs; o++) shifts[t][o] = Shift(name, integers.Slice(o * rows, rows), tile, widths.Bits[t][o]);
        }

        return Map(widths, profile, (t, o) => shifts[t][o]);
    }

    /// <summary>What cost needs before there are integers: every strip of more than 0 bits counts.</summary>
    public static ImmutableArray<WeightBlock> Map(StripWidths widths, HardwareProfile profile) =>
        Map(widths, profile, (t, o) => widths.Bits[t][o] == 0 ? -1 : 0);

    private static ImmutableArray<WeightBlock> Map(StripWidths widths, HardwareProfile profile, Func<int, int, int> shift) =>
        ColumnMapper.Map(
        widths.Bits.Select((bits, t) => (widths.Grid.RowsOf(t), (IReadOnlyList<MappedColumn>)
            [.. bits.Select((b, o) => (Bits: b, Output: o, Shift: shift(t, o))).Where(s => s.Shift >= 0)
                .Select(s => new MappedColumn(s.Bits, [new ColumnUse(0, s.Output, s.Shift, false)]))])),
        profile.Encoding, profile);

    /// <summary>The shift of a strip's integers: the least with which they fit; -1 if all of them are zero.</summary>
    internal static int Shift(string name, ReadOnlySpan<sbyte> weights, ImmutableArray<int> rows, int bits) =>
        StripShift.Of(weights, rows, bits)
            ?? throw new CimException(ErrorCodes.InvalidMapping,
            $"Layer '{name}' has a strip of {bits} bits whose integers do not fit it. Quantize it with the same policy it is mapped with.");
}
