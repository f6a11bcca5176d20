using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Mapping;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>What the two tables of one call of <see cref="LookupSums"/> add up.</summary>
/// <param name="OutputA">Output (within the group) of the first table, -1 = nothing.</param>
/// <param name="SliceA">Its weight slice.</param>
/// <param name="OutputB">Output of the second table, -1 = nothing.</param>
/// <param name="SliceB">Its weight slice.</param>
/// <param name="Combined">The second table holds the upper digit of the first one's levels: sum = A + 16 B.</param>
internal readonly record struct LookupUnit(int OutputA, int SliceA, int OutputB, int SliceB, bool Combined);

/// <summary>
/// The levels of a layer as tables of all sixteen sums of four rows (four channels at one kernel tap), for every group, row
/// tile and unit. Levels too large for bytes are cut into a low digit of -8..7 and a high digit.
/// </summary>
internal sealed class LookupTables
{
    private const int Rows = 4;
    private const int Digit = 16;
    private const int LargestLevel = 31;

    /// <summary>The unit's tables: [group][tile][unit] start in <see cref="Values"/>.</summary>
    private readonly int[] _start;
    private readonly int[] _segmentStart;

    public LookupTables(AnalogPlan plan, PlaneLayout layout, int planeLength)
    {
        CrossbarLayer layer = plan.Layer;
        Tiles = layer.Mapping.RowTiles.Length;
        ConvolutionGeometry g = layout.Geometry;
        int kernel = g.KernelHeight * g.KernelWidth, quads = (layout.Channels + Rows - 1) / Rows;
        Quads = quads;
        List<int>[] offsets = [.. Enumerable.Range(0, Tiles).Select(_ => new List<int>())];
        List<int>[] firstRows = [.. Enumerable.Range(0, Tiles).Select(_ => new List<int>())];
        for (int t = 0; t < Tiles; t++)
        for (int q = 0; q < quads; q++)
        for (int tap = 0; tap < kernel; tap++)
        {
            if (!Enumerable.Range(0, Rows).Any(i => Has(layer.Mapping.RowTiles[t], q, i, tap))) continue;
            int x = tap % g.KernelWidth * g.DilationX;
            offsets[t].Add((q * planeLength) + (tap / g.KernelWidth * g.DilationY * layout.RowLength)
                + (x % g.StrideX * layout.PhaseLength) + (x / g.StrideX));
            firstRows[t].Add((q * Rows * kernel) + tap);
        }
        Offsets = [.. offsets.Select(o => o.ToArray())];
        Units = UnitsOf(plan, layer.ColumnsPerGroup);
        List<sbyte> values = [];
        List<ushort> segments = [];
        _start = new int[layer.Groups * Tiles * Units.Length];
        _segmentStart = new int[_start.Length];
        sbyte[] w = layer.Weights.Span<sbyte>().ToArray();
        Span<int> four = stackalloc int[Rows];
        for (int group = 0, at = 0; group < layer.Groups; group++)
        for (int t = 0; t < Tiles; t++)
        foreach (LookupUnit unit in Units)
        {
            (_start[at], _segmentStart[at]) = (values.Count, segments.Count);
            at++;
            int high = 0, low = 0, length = 0;
            for (int step = 0; step < firstRows[t].Count; step++)
            {
                int max = 0, min = 0;
                for (int table = 0; table < 2; table++)
                {
                    int output = table == 0 || unit.Combined ? unit.OutputA : unit.OutputB;
                    int slice = table == 0 || unit.Combined ? unit.SliceA : unit.SliceB;
                    int quad = firstRows[t][step] / (Rows * kernel), tap = firstRows[t][step] % kernel;
                    for (int i = 0; i < Rows; i++)
                    {
                        int row = (((quad * Rows) + i) * kernel) + tap;
                        bool has = Has(layer.Mapping.RowTiles[t], quad, i, tap) && output >= 0;
                        int level = !has ? 0 : output == layer.ColumnsPerGroup ? 1
                            : plan.Cells.Level(w[(((group * layer.ColumnsPerGroup) + output) * layer.RowsPerGroup) + row], slice);
                        int lowDigit = ((level + (Digit / 2)) & (Digit - 1)) - (Digit / 2);
                        four[i] = !unit.Combined ? level : table == 0 ? lowDigit : (level - lowDigit) / Digit;
                    }
                    (int up, int down) = (0, 0);
                    for (int index = 0; index < 16; index++)
                    {
                        int sum = 0;
                        for (int i = 0; i < Rows; i++) sum += (index >> i & 1) * four[i];
                        values.Add((sbyte)sum);
                        (up, down) = (Math.Max(up, sum), Math.Min(down, sum));
                    }
                    (max, min) = (Math.Max(max, up), Math.Min(min, down));
                }
                if (high + max > sbyte.MaxValue || low + min < sbyte.MinValue)
                {
                    segments.Add((ushort)length);
                    (high, low, length) = (0, 0, 0);
                }
                (high, low, length) = (high + max, low + min, length + 1);
            }
            if (length > 0) segments.Add((ushort)length);
            segments.Add(0);
        }
        Values = [.. values];
        Segments = [.. segments];

        bool Has(RowTile tile, int quad, int i, int tap)
        {
            int channel = (quad * Rows) + i, row = (channel * kernel) + tap;
            return channel < layout.Channels && row >= tile.FirstRow && row < tile.FirstRow + tile.Rows;
        }
    }

    /// <summary>Row tiles.</summary>
    public int Tiles { get; }

    /// <summary>Planes of indices.</summary>
    public int Quads { get; }

    public LookupUnit[] Units { get; }

    public sbyte[] Values { get; }

    public ushort[] Segments { get; }

    /// <summary>Per tile, the offset of every step's plane and tap.</summary>
    public int[][] Offsets { get; }

    /// <summary>True if a layer is streamed bit by bit and its row tiles' sums fit 16 bits.</summary>
    public static bool Suits(AnalogPlan plan) =>
        plan.Inputs.All(i => i.Bits == 1) && plan.Layer.RowsPerGroup > 1
        && plan.Cells.Slices.All(s => (s.TopLevel + 1) * plan.Layer.Mapping.RowTiles.Max(t => t.Rows) <= short.MaxValue);

    public int Start(int group, int tile, int unit) => _start[(((group * Tiles) + tile) * Units.Length) + unit];

    public int SegmentStart(int group, int tile, int unit) => _segmentStart[(((group * Tiles) + tile) * Units.Length) + unit];

    // Output after output, slice after slice; last, where it is needed, a column of ones: the sum of the inputs.
    private static LookupUnit[] UnitsOf(AnalogPlan plan, int outputs)
    {
        List<LookupUnit> units = [];
        List<(int Output, int Slice)> waiting = [];
        for (int o = 0; o < outputs; o++)
        for (int s = 0; s < plan.Cells.Slices.Length; s++)
        {
            if (plan.Cells.Slices[s].TopLevel + 1 > LargestLevel) units.Add(new LookupUnit(o, s, -1, 0, true));
            else waiting.Add((o, s));
        }
        if (plan.Cells.Offset != 0) waiting.Add((outputs, 0));
        for (int i = 0; i < waiting.Count; i += 2)
        {
            (int output, int slice) = i + 1 < waiting.Count ? waiting[i + 1] : (-1, 0);
            units.Add(new LookupUnit(waiting[i].Output, waiting[i].Slice, output, slice, false));
        }
        return [.. units];
    }
}
