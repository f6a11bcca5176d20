using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Planning;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>What the levels of cells are for the kernels.</summary>
internal enum LevelKind
{
    /// <summary>Small integers, two to a word: any inputs.</summary>
    Pairs,

    /// <summary>Integers in fixed point: inputs of one bit.</summary>
    Fixed,

    /// <summary>Floats: any inputs.</summary>
    Real,
}

/// <summary>
/// Cell levels in the order the kernels read them: [group][block of four outputs][row tile][weight slice][step][output].
/// A step is two channels (16-bit pairs) or one (wider levels) at one kernel tap; a tile has the
/// steps that touch its rows, with zeros for rows of its neighbours.
/// </summary>
internal sealed class CellWeights
{
    private CellWeights(int tiles) => (StepStart, StepCount) = (new int[tiles], new int[tiles]);

    public required LevelKind Kind { get; init; }

    /// <summary>Pairs of 16-bit integers, 32-bit integers, or the bits of floats.</summary>
    public int[] Values { get; private set; } = [];

    /// <summary>The offset of every step's plane and tap, tile after tile.</summary>
    public int[] Offsets { get; private set; } = [];

    /// <summary>Where a tile's steps begin in <see cref="Offsets"/>.</summary>
    public int[] StepStart { get; }

    public int[] StepCount { get; }

    /// <summary>Values of one block of four outputs.</summary>
    public int BlockLength { get; private set; }

    /// <summary>Blocks of one group.</summary>
    public int Blocks { get; private set; }

    /// <summary>Where the values of (tile, slice) begin inside a block.</summary>
    public int[] TileStart { get; private set; } = [];

    /// <summary>The same steps with level 1 on every row (only output 0): sums of inputs.</summary>
    public int[] Ones { get; private set; } = [];

    /// <summary>Integer levels as the encoder gives them.</summary>
    public static CellWeights OfLevels(CrossbarLayer layer, CellEncoder cells, PlaneLayout layout, int planeLength)
    {
        sbyte[] w = layer.Weights.Span<sbyte>().ToArray();
        return Build(layer, cells.Slices.Length, layout, planeLength, LevelKind.Pairs,
            (slice, output, row) => cells.Level(w[(output * layer.RowsPerGroup) + row], slice));
    }

    /// <summary>Levels in fixed point.</summary>
    public static CellWeights OfFixed(CrossbarLayer layer, FixedLevels levels, PlaneLayout layout, int planeLength) =>
        Build(layer, levels.FractionBits.Length, layout, planeLength, LevelKind.Fixed,
            (slice, output, row) => levels.Values[(((slice * layer.Outputs) + output) * layer.RowsPerGroup) + row]);

    /// <summary>Effective levels [slice, output, row] of programmed cells.</summary>
    public static CellWeights OfEffective(
        CrossbarLayer layer, float[] levels, int slices, PlaneLayout layout, int planeLength) =>
        Build(layer, slices, layout, planeLength, LevelKind.Real,
            (slice, output, row) => Bits(levels[((((long)slice * layer.Outputs) + output) * layer.RowsPerGroup) + row]));

    private static CellWeights Build(
        CrossbarLayer layer, int slices, PlaneLayout layout, int planeLength, LevelKind kind, Func<int, int, int, int> level)
    {
        const int Block = PairProducts.Outputs;
        ConvolutionGeometry g = layout.Geometry;
        int kernel = g.KernelHeight * g.KernelWidth, pack = kind == LevelKind.Pairs ? 2 : 1;
        int planes = (layout.Channels + pack - 1) / pack;
        var tiles = layer.Mapping.RowTiles;
        int[] tileOf = layer.Mapping.TileOfRow(layer.RowsPerGroup);
        var weights = new CellWeights(tiles.Length) { Kind = kind };
        List<int> offsets = [];
        List<(int Low, int High)> rows = [];
        List<int> ones = [];
        for (int t = 0; t < tiles.Length; t++)
        {
            weights.StepStart[t] = offsets.Count;
            for (int plane = 0; plane < planes; plane++)
            for (int tap = 0; tap < kernel; tap++)
            {
                int low = (plane * pack * kernel) + tap, high = low + kernel;
                bool hasLow = tileOf[low] == t, hasHigh = pack == 2 && (plane * 2) + 1 < layout.Channels && tileOf[high] == t;
                if (!hasLow && !hasHigh) continue;
                int x = tap % g.KernelWidth * g.DilationX;
                offsets.Add((plane * planeLength) + (tap / g.KernelWidth * g.DilationY * layout.RowLength)
                    + (x % g.StrideX * layout.PhaseLength) + (x / g.StrideX));
                rows.Add((hasLow ? low : -1, hasHigh ? high : -1));
                ones.AddRange([kind == LevelKind.Real ? Bits(1) : (hasLow ? 1 : 0) | (hasHigh ? 1 << 16 : 0), 0, 0, 0]);
            }
            weights.StepCount[t] = offsets.Count - weights.StepStart[t];
        }
        weights.Offsets = [.. offsets];
        weights.Ones = [.. ones];
        weights.TileStart = new int[tiles.Length * slices];
        int length = 0;
        for (int i = 0; i < weights.TileStart.Length; i++)
        {
            weights.TileStart[i] = length;
            length += weights.StepCount[i / slices] * Block;
        }
        weights.BlockLength = length;
        weights.Blocks = (layer.ColumnsPerGroup + Block - 1) / Block;
        weights.Values = new int[checked(layer.Groups * weights.Blocks * length)];
        for (int group = 0; group < layer.Groups; group++)
        for (int column = 0; column < layer.ColumnsPerGroup; column++)
        for (int i = 0; i < weights.TileStart.Length; i++)
        {
            int output = (group * layer.ColumnsPerGroup) + column, first = weights.StepStart[i / slices];
            int at = (((group * weights.Blocks) + (column / Block)) * length) + weights.TileStart[i] + (column % Block);
            for (int step = 0; step < weights.StepCount[i / slices]; step++, at += Block)
            {
                (int low, int high) = rows[first + step];
                int a = low < 0 ? 0 : level(i % slices, output, low);
                weights.Values[at] = kind != LevelKind.Pairs ? a : (a & 0xFFFF) | ((high < 0 ? 0 : level(i % slices, output, high)) << 16);
            }
        }
        return weights;
    }

    private static int Bits(float v) => BitConverter.SingleToInt32Bits(v);
}
