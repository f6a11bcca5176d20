using System.Collections.Immutable;

namespace Cim.Runtime.Mapping;

/// <summary>How a signed weight becomes cell conductances.</summary>
public enum WeightEncoding
{
    /// <summary>Two cells per slice: one holds the magnitude, the other is off.</summary>
    Differential,

    /// <summary>Two cells per slice, moved symmetrically around the middle conductance.</summary>
    DifferentialTwoSided,

    /// <summary>One cell per slice holds w + 2^(bits-1); the offset times the sum of inputs is subtracted digitally.</summary>
    Offset,

    /// <summary>One cell per slice holds the two's complement bits; the most significant slice counts negative.</summary>
    TwosComplement,
}

/// <summary>
/// The arrays of one layer. Physical columns are numbered output-major inside a group:
/// p = output * ColumnsPerOutput + slice * CellsPerSlice + (0 positive, 1 negative).
/// </summary>
internal sealed record LayerMapping
{
    public required WeightEncoding Encoding { get; init; }

    /// <summary>Magnitude bits held by each bit slice, least significant first; differential slices hold WeightBits-1 bits in all.</summary>
    public required ImmutableArray<int> SliceBits { get; init; }

    /// <summary>The physical arrays, row-tile-major.</summary>
    public required ImmutableArray<ArrayTile> Tiles { get; init; }

    /// <summary>The input ranges that share one conversion, the same for every column: [first row, count], in order.</summary>
    public required ImmutableArray<RowTile> RowTiles { get; init; }

    public int CellsPerSlice => Encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided ? 2 : 1;

    public int ColumnsPerOutput => SliceBits.Length * CellsPerSlice;
}

/// <summary>A range of a group's rows that lies on the word lines of one array.</summary>
internal readonly record struct RowTile(int FirstRow, int Rows);

/// <summary>
/// What one physical array holds: for each of <paramref name="GroupCount"/> groups a block of
/// <paramref name="Rows"/> word lines by <paramref name="Columns"/> physical columns, placed block-diagonally.
/// </summary>
internal readonly record struct ArrayTile(
    int FirstGroup, int GroupCount, int FirstRow, int Rows, int FirstColumn, int Columns);
