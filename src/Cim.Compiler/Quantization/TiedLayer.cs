using System.Collections.Immutable;
using Cim.Compiler.Precision;

namespace Cim.Compiler.Quantization;

/// <summary>
/// A weight matrix made of shared columns: w[o, r] = unit[o] * 2^shift * (column plus - column minus)[r] on every row tile. The
/// columns are real numbers while they are fitted and integers in the end.
/// </summary>
internal sealed class TiedLayer
{
    private const int Sweeps = 3;

    private readonly int _rows;
    private readonly double[] _units;
    private readonly double[][] _columns; // [tile][column * rows of the tile + row]
    private readonly int[][] _levels;
    private readonly ImmutableArray<ImmutableArray<int>> _rowsOf;

    /// <param name="ties">Which strips share columns.</param>
    /// <param name="rows">Rows of the matrix.</param>
    /// <param name="units">The first units, by output.</param>
    public TiedLayer(StripTies ties, int rows, double[] units)
    {
        (Ties, _rows, _units) = (ties, rows, units);
        _rowsOf = [.. Enumerable.Range(0, ties.Tiles.Length).Select(ties.Widths.Grid.RowsOf)];
        _levels = [.. Enumerable.Range(0, ties.Tiles.Length).Select(ties.Levels)];
        _columns = [.. _rowsOf.Select((r, t) => new double[r.Length * _levels[t].Length])];
    }

    public StripTies Ties { get; }

    /// <summary>The columns of a tile of least squared error, each in turn given the others, for the present units.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="weights">[outputs, rows] wanted.</param>
    /// <param name="integers">Round them.</param>
    public void FitColumns(int tile, float[] weights, bool integers)
    {
        ImmutableArray<StripTie> ties = Ties.Tiles[tile];
        double[] columns = _columns[tile];
        int[] levels = _levels[tile];
        ImmutableArray<int> rows = _rowsOf[tile];
        for (int sweep = 0; sweep < (Ties.IsSplit ? Sweeps : 1); sweep++)
            foreach ((int column, int[] members) in Members(ties, levels.Length))
            {
                double bottom = 0;
                foreach (int o in members) bottom += Math.Pow(_units[o] * ties[o].Factor(column), 2);
                for (int i = 0; i < rows.Length && bottom > 0; i++)
                {
                    double top = 0;
                    foreach (int o in members)
                    {
                        double gain = _units[o] * ties[o].Factor(column);
                        int other = ties[o].Plus == column ? ties[o].Minus : ties[o].Plus;
                        top += gain * (weights[(o * _rows) + rows[i]] + (other < 0 ? 0 : gain * columns[(other * rows.Length) + i]));
                    }

                    double value = Math.Clamp(top / bottom, Ties.IsSplit ? 0 : -levels[column], levels[column]);
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

    private double Sum(int tile, int output, int place)
    {
        StripTie tie = Ties.Tiles[tile][output];
        double[] columns = _columns[tile];
        int height = _rowsOf[tile].Length;
        return (1 << tie.Shift) * (
            (tie.Plus < 0 ? 0 : columns[(tie.Plus * height) + place]) - (tie.Minus < 0 ? 0 : columns[(tie.Minus * height) + place]));
    }

    /// <summary>The columns of a tile that strips use, with those strips.</summary>
    private static IEnumerable<(int Column, int[] Members)> Members(ImmutableArray<StripTie> ties, int columns)
    {
        var members = new List<int>[columns];
        for (int c = 0; c < columns; c++) members[c] = [];
        for (int o = 0; o < ties.Length; o++)
        {
            if (ties[o].Plus >= 0) members[ties[o].Plus].Add(o);
            if (ties[o].Minus >= 0) members[ties[o].Minus].Add(o);
        }

        for (int c = 0; c < columns; c++)
            if (members[c].Count > 0) yield return (c, [.. members[c]]);
    }
}
