using System.Collections.Immutable;
using System.Globalization;
using Cim.Runtime;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Precision;

/// <summary>
/// Groups of outputs in a policy, as <c>3[1,1]/72:0-3,7;2[1]/72:4-6</c>: weight bits, slices from the least significant, rows of a tile
/// (0 = those of the array), outputs.
/// </summary>
internal static class ColumnGroupText
{
    /// <summary>Reads the groups.</summary>
    /// <param name="text">The groups.</param>
    /// <param name="shape">The layer.</param>
    /// <param name="arrayRows">Word lines of an array.</param>
    /// <exception cref="CimException">CIM0011: not groups, or not of all outputs of this layer.</exception>
    public static ColumnGroups Read(string text, LayerShape shape, int arrayRows)
    {
        string layer = shape.Name;
        if (shape.Groups != 1)
            throw Invalid(layer, "it is a grouped convolution, whose outputs cannot differ; remove 'columnGroups' from its policy.");
        var groups = ImmutableArray.CreateBuilder<ColumnGroup>();
        int[] times = new int[shape.ColumnsPerGroup];
        foreach (string part in text.Split(';'))
        {
            int open = part.IndexOf('['), close = part.IndexOf("]/", StringComparison.Ordinal), colon = part.IndexOf(':');
            if (open < 1 || close < open || colon < close)
                throw Invalid(layer, $"'{part}' is not of the form 'bits[slices]/rows:outputs'.");
            ImmutableArray<int> slices = [
                .. part[(open + 1)..close].Split(',').Select(s => Number(layer, s, 1, QuantizationPolicy.MaxBits))];
            ImmutableArray<int> outputs = [
                .. part[(colon + 1)..].Split(',').SelectMany(r => Range(layer, r, shape.ColumnsPerGroup)).Order()];
            foreach (int o in outputs) times[o]++;
            groups.Add(new ColumnGroup(outputs, Number(layer, part[..open], QuantizationPolicy.MinBits, QuantizationPolicy.MaxBits),
                new CellLayout(slices, Number(layer, part[(close + 2)..colon], 0, 16384))));
        }

        int wrong = Array.FindIndex(times, n => n != 1);
        return wrong < 0 ? new ColumnGroups(StripGrid.Of(shape, arrayRows), groups.ToImmutable())
            : throw Invalid(layer, $"output {wrong} is in {times[wrong]} groups; every one of the {times.Length} outputs must be in one.");
    }

    /// <summary>The text.</summary>
    public static string Write(ColumnGroups groups) => string.Join(';', groups.Groups.Select(g =>
        string.Create(CultureInfo.InvariantCulture,
            $"{g.WeightBits}[{string.Join(',', g.Layout.SliceBits)}]/{g.Layout.RowsPerTile}:{Text(g.Outputs)}")));

    private static string Text(ImmutableArray<int> outputs)
    {
        var parts = new List<string>();
        for (int i = 0; i < outputs.Length;)
        {
            int end = i;
            while (end + 1 < outputs.Length && outputs[end + 1] == outputs[end] + 1) end++;
            parts.Add(end == i ? $"{outputs[i]}" : $"{outputs[i]}-{outputs[end]}");
            i = end + 1;
        }

        return string.Join(',', parts);
    }

    private static IEnumerable<int> Range(string layer, string text, int outputs)
    {
        string[] ends = text.Split('-');
        int first = Number(layer, ends[0], 0, outputs - 1), last = ends.Length == 1 ? first : Number(layer, ends[^1], first, outputs - 1);
        return ends.Length <= 2 ? Enumerable.Range(first, last - first + 1) : throw Invalid(layer, $"'{text}' is not a range of outputs.");
    }

    private static int Number(string layer, string text, int low, int high) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= low && value <= high ? value
            : throw Invalid(layer, $"'{text}' is not an integer from {low} to {high}.");

    private static CimException Invalid(string layer, string message) =>
        new(ErrorCodes.InvalidPolicy, $"'columnGroups' of layer '{layer}': {message}");
}
