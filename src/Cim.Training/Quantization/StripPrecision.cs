namespace Cim.Training.Quantization;

/// <summary>
/// Widths of the strips of one layer: a strip is one output on one tile of rows, and its weights are step * 2^shift * q with q of
/// the strip's own width. All strips of an output share the learned step, so partial sums are aligned by shifts.
/// </summary>
public sealed record StripPrecision
{
    /// <summary>Checks and keeps the widths of a layer.</summary>
    /// <param name="tileOfRow">The tile of every row of the layer's matrix [inputs].</param>
    /// <param name="bits">Width of each strip [tile][output]: 2 to 8, or 0 for a strip whose weights are zero and stay so.</param>
    /// <param name="shifts">Shift of each strip [tile][output]; width and shift together are at most 8.</param>
    /// <exception cref="ArgumentException">The sizes do not fit each other, or a width or shift cannot be.</exception>
    public StripPrecision(IReadOnlyList<int> tileOfRow, IReadOnlyList<IReadOnlyList<int>> bits, IReadOnlyList<IReadOnlyList<int>> shifts)
    {
        ArgumentNullException.ThrowIfNull(tileOfRow);
        ArgumentNullException.ThrowIfNull(bits);
        ArgumentNullException.ThrowIfNull(shifts);
        if (bits.Count != shifts.Count || bits.Where((tile, t) => tile.Count != bits[0].Count || shifts[t].Count != tile.Count).Any())
            throw new ArgumentException("Every tile needs a width and a shift for each output", nameof(shifts));
        if (tileOfRow.Any(tile => tile < 0 || tile >= bits.Count))
            throw new ArgumentException("A row lies on a tile that has no widths", nameof(tileOfRow));
        for (int t = 0; t < bits.Count; t++)
        {
            for (int o = 0; o < bits[t].Count; o++)
            {
                if (bits[t][o] is not (0 or (>= 2 and <= 8)) || shifts[t][o] < 0 || bits[t][o] + shifts[t][o] > 8)
                    throw new ArgumentException($"Strip {o} of tile {t} has {bits[t][o]} bits shifted by {shifts[t][o]}; both together "
                        + $"are at most 8", nameof(bits));
            }
        }

        (TileOfRow, Bits, Shifts) = (tileOfRow, bits, shifts);
    }

    /// <summary>The tile of every row.</summary>
    public IReadOnlyList<int> TileOfRow { get; }

    /// <summary>Width [tile][output].</summary>
    public IReadOnlyList<IReadOnlyList<int>> Bits { get; }

    /// <summary>Shift [tile][output].</summary>
    public IReadOnlyList<IReadOnlyList<int>> Shifts { get; }

    /// <summary>The widest strip, at least 2.</summary>
    public int Widest => Math.Max(2, Bits.Max(tile => tile.Max()));

    /// <summary>The largest integer of a weight's strip before the shift.</summary>
    internal int Levels(int output, int row) => Bits[TileOfRow[row]][output] is var bits and > 0 ? (1 << (bits - 1)) - 1 : 0;

    /// <summary>2^shift of a weight's strip.</summary>
    internal int Unit(int output, int row) => 1 << Shifts[TileOfRow[row]][output];
}
