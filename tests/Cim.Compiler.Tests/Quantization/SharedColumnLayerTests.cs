using System.Collections.Immutable;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

/// <summary>A weight matrix made of shared columns, fitted to the one that is wanted.</summary>
public sealed class SharedColumnLayerTests
{
    private const int Rows = 6;

    /// <summary>Three outputs that are one column: as it is, negated, and shifted by two.</summary>
    private static readonly SharedColumns _shared = new(StripWidths.Uniform(new LayerShape("l", 1, Rows, 3, 1), 4, 16), false, 8,
        [[new ColumnCombination(0, -1, 0), new ColumnCombination(-1, 0, 0), new ColumnCombination(0, -1, 2)]]);

    private static readonly int[] _column = [7, -3, 0, 5, -7, 1];

    [Fact]
    public void Outputs_are_their_unit_times_the_sign_and_shift_of_the_column()
    {
        double[] units = [0.5, 1, 0.25];
        var layer = new SharedColumnLayer(_shared, Rows, [.. units]);
        layer.FitColumns(0, Wanted(units), integers: true);
        Assert.Equal(_column.Concat(_column.Select(q => -q)).Concat(_column.Select(q => 4 * q)), layer.Integers().Select(q => (int)q));
        Assert.Equal([0.5f, 1, 0.25f], layer.Scales());
    }

    [Fact]
    public void Units_have_the_least_squared_error_for_the_columns()
    {
        double[] wanted = [0.4, 1.2, 0.3];
        var layer = new SharedColumnLayer(_shared, Rows, [0.5, 1, 0.25]);
        layer.FitColumns(0, Wanted([0.5, 1, 0.25]), integers: true);
        layer.FitUnits(Wanted(wanted), [.. Enumerable.Repeat(1.0, Rows)]);
        Assert.Equal(wanted.Select(u => (float)u), layer.Scales(), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Rounding_to_the_nearest_integers_comes_after_the_real_fit()
    {
        var layer = new SharedColumnLayer(_shared, Rows, [1, 1, 1]);
        // The outputs disagree: 2 and 3 of the column, and four times 2.75; least squares over the gains 1, -1 and 4.
        float[] weights = new float[3 * Rows];
        (weights[0], weights[Rows], weights[2 * Rows]) = (2, -3, 11);
        layer.FitColumns(0, weights, integers: true);
        double expected = (2 + 3 + (4 * 11)) / (1 + 1 + 16.0);
        Assert.Equal(Math.Round(expected), layer.Integers()[0]);
    }

    private static float[] Wanted(double[] units) =>
    [
        .. _column.Select(q => (float)(units[0] * q)), .. _column.Select(q => (float)(-units[1] * q)),
        .. _column.Select(q => (float)(units[2] * 4 * q)),
    ];
}
