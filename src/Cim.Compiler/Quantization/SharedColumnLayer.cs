using System.Collections.Immutable;
using Cim.Compiler.Precision;

namespace Cim.Compiler.Quantization;

/// <summary>
/// A weight matrix made of shared columns: w[o, r] = unit[o] * 2^shift * (column plus - column minus)[r] on every row tile. The
/// columns are real numbers while they are fitted and integers in the end.
/// </summary>
internal sealed class SharedColumnLayer
{
    private const int Sweeps = 3;

    private readonly int _rows;
    private readonly double[] _units;
    private readonly double[][] _columns; // [tile][column * rows of the tile + row]
    private readonly int[][] _levels;
    private readonly ImmutableArray<ImmutableArray<int>> _rowsOf;

    /// <param name="shared">Which strips share columns.</param>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="units">The first units, by output.</param>
    public SharedColumnLayer(SharedColumns shared, int rows, double[] units)
    {
        (Shared, _rows, _units) = (shared, rows, units);
        _rowsOf = [.. Enumerable.Range(0, shared.Tiles.Length).Select(shared.Widths.Grid.RowsOf)];
        _levels = [.. Enumerable.Range(0, shared.Tiles.Length).Select(shared.Levels)];
        _columns = [.. _rowsOf.Select((r, t) => new double[r.Length * _levels[t].Length])];
    }

    public SharedColumns Shared { get; }

    /// <summary>The columns of a tile of least squared error, each in turn given the others, for the present units.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="weights">[outputs, rows] wanted.</param>
    /// <param name="integers">Round them.</param>
    public void FitColumns(int tile, float[] weights, bool integers)
    {
        ImmutableArray<ColumnCombination> combinations = Shared.Tiles[tile];
        double[] columns = _columns[tile];
        int[] levels = _levels[tile];
        ImmutableArray<int> rows = _rowsOf[tile];
        for (int sweep = 0; sweep < (Shared.IsSplit ? Sweeps : 1); sweep++)
            foreach ((int column, int[] members) in Members(combinations, levels.Length))
            {
                double bottom = 0;
                foreach (int o in members) bottom += Math.Pow(_units[o] * combinations[o].Factor(column), 2);
                for (int i = 0; i < rows.Length && bottom > 0; i++)
                {
                    double top = 0;
                    foreach (int o in members)
                    {
                        double gain = _units[o] * combinations[o].Factor(column);
                        int other = combinations[o].Plus == column ? combinations[o].Minus : combinations[o].Plus;
                        top += gain * (weights[(o * _rows) + rows[i]] + (other < 0 ? 0 : gain * columns[(other * rows.Length) + i]));
                    }

                    double value = Math.Clamp(top / bottom, Shared.IsSplit ? 0 : -levels[column], levels[column]);
                    columns[(column * rows.Length) + i] = integers ? Math.Round(value) : value;
                }
            }
    }

    /// <summary>The units of least squared error for the present columns; an output whose columns say nothing of it keeps its
    /// own.</summary>
    /// <param name="weights">[outputs, rows] wanted.</param>
    /// <param name="importance">By row.</param>
    public void FitUnits(float[] weights, double[] importance)
    {
        for (int o = 0; o < _units.Length; o++)
        {
            (double mixed, double square) = (0, 0);
            for (int t = 0; t < _columns.Length; t++)
                for (int i = 0; i < _rowsOf[t].Length; i++)
                {
                    int row = _rowsOf[t][i];
                    double q = Sum(t, o, i);
                    mixed += importance[row] * q * weights[(o * _rows) + row];
                    square += importance[row] * q * q;
                }

            if (mixed > 0 && square > 0) _units[o] = mixed / square;
        }
    }

    /// <summary>[outputs, rows]; the columns must be integers.</summary>
    public sbyte[] Integers()
    {
        sbyte[] integers = new sbyte[_units.Length * _rows];
        for (int t = 0; t < _columns.Length; t++)
            for (int o = 0; o < _units.Length; o++)
                for (int i = 0; i < _rowsOf[t].Length; i++)
                    integers[(o * _rows) + _rowsOf[t][i]] = checked((sbyte)Sum(t, o, i));
        return integers;
    }

    /// <summary>One an output.</summary>
    public float[] Scales() => [.. _units.Select(u => (float)u)];

    private double Sum(int tile, int output, int rank)
    {
        ColumnCombination combination = Shared.Tiles[tile][output];
        double[] columns = _columns[tile];
        int height = _rowsOf[tile].Length;
        return (1 << combination.Shift) * (
            (combination.Plus < 0 ? 0 : columns[(combination.Plus * height) + rank])
                - (combination.Minus < 0 ? 0 : columns[(combination.Minus * height) + rank]));
    }

    /// <summary>The columns of a tile that strips use, with those strips.</summary>
    private static IEnumerable<(int Column, int[] Members)> Members(ImmutableArray<ColumnCombination> combinations, int columns)
    {
        var members = new List<int>[columns];
        for (int c = 0; c < columns; c++) members[c] = [];
        for (int o = 0; o < combinations.Length; o++)
        {
            if (combinations[o].Plus >= 0) members[combinations[o].Plus].Add(o);
            if (combinations[o].Minus >= 0) members[combinations[o].Minus].Add(o);
        }

        for (int c = 0; c < columns; c++)
            if (members[c].Count > 0) yield return (c, [.. members[c]]);
    }
}
