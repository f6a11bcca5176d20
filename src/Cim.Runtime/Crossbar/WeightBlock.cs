using System.Collections.Immutable;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Crossbar;

/// <summary>
/// A part of a layer's matrix with a width and arrays of its own: some rows (<see cref="LayerMapping.RowOrder"/> of its mapping;
/// empty = all) by some physical columns. The digital part adds what a column gives, shifted, to one output or several, so
/// re-ordering, different widths and shared columns never change the integer result:
/// acc[o] = bias[o] + sum over blocks b and uses (p, o) of +-2^shift * sum over rows r of b of v_b[p, r] * x[r].
/// The column's integers v_b[p] are those of its first use's output, +-(w[o, r] >> shift), unless the block has
/// <see cref="Integers"/> of its own.
/// </summary>
internal sealed record WeightBlock
{
    /// <summary>Columns before slicing, in the order they lie on the arrays.</summary>
    public required int Columns { get; init; }

    /// <summary>Where each column's sum goes; every column at least once, in ascending order of columns.</summary>
    public required ImmutableArray<ColumnUse> Uses { get; init; }

    /// <summary>Bits of the column's integers, 1 to 8.</summary>
    public required int WeightBits { get; init; }

    /// <summary>Where rows and columns lie: a mapping of [rows of the block, <see cref="Columns"/>].</summary>
    public required LayerMapping Mapping { get; init; }

    /// <summary>
    /// Int8 [Columns, mapped rows], in the order of the mapping's rows: the columns themselves, where an output is the difference of
    /// columns and so does not determine them. Exactly the blocks of <see cref="WeightEncoding.Unsigned"/> cells have it.
    /// </summary>
    public Tensor? Integers { get; init; }

    /// <summary>As of <see cref="CrossbarLayer.AdcCalibration"/>, for this block's conversions.</summary>
    public AdcCalibration? AdcCalibration { get; init; }
}

/// <summary>Adds a column's sum to an output.</summary>
/// <param name="Column">The block's column.</param>
/// <param name="Output">The layer's output.</param>
/// <param name="Shift">The sum counts 2^Shift, 0 to 7.</param>
/// <param name="Negative">The sum is subtracted.</param>
internal readonly record struct ColumnUse(int Column, int Output, int Shift, bool Negative)
{
    /// <summary>What one unit of the column counts.</summary>
    public int Factor => Negative ? -(1 << Shift) : 1 << Shift;
}
