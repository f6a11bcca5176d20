using Cim.Compiler.Precision;

namespace Cim.Compiler.ColumnSharing;

/// <summary>
/// A pool of columns for a group and which strips use which of them: the two alternating steps of clustering, each of which
/// never raises the harm. Columns are real multiples of the integers' unit; they become integers when the layer is quantized.
/// </summary>
internal sealed class SharedColumns
{
    private const int Sweeps = 2;

    private readonly StripGroup _group;
    private readonly bool _isSplit;
    private readonly float[] _columns; // [columns, rows], rows scaled as those of the group.

    public SharedColumns(StripGroup group, int columns, bool isSplit)
    {
        (_group, _isSplit, Count) = (group, isSplit, columns);
        _columns = new float[columns * group.Rows];
        Ties = new StripTie[group.Count];
        Array.Fill(Ties, StripTie.None);
    }

    public int Count { get; }

    public StripTie[] Ties { get; }

    /// <summary>Sets a column to a strip (in a split pool to its positive part), what cannot be held cut off.</summary>
    public void Seed(int column, int strip)
    {
        double unit = _group.Units[strip] * (1 << _group.Shifts[strip]);
        Span<float> to = Of(column);
        for (int r = 0; r < to.Length; r++) to[r] = Clamp(_group.Of(strip)[r] / unit, r);
    }

    /// <summary>Harm of the present ties.</summary>
    public double Harm()
    {
        double harm = 0;
        for (int o = 0; o < _group.Count; o++) harm += HarmOf(o);
        return harm;
    }

    /// <summary>Harm of one strip.</summary>
    public double HarmOf(int strip)
    {
        StripTie tie = Ties[strip];
        double sum = 0, gain = _group.Units[strip] * (1 << tie.Shift);
        ReadOnlySpan<float> w = _group.Of(strip),
            plus = tie.Plus < 0 ? default : Of(tie.Plus),
            minus = tie.Minus < 0 ? default : Of(tie.Minus);
        for (int r = 0; r < w.Length; r++)
        {
            double d = w[r] - (gain * ((plus.IsEmpty ? 0 : plus[r]) - (minus.IsEmpty ? 0 : minus[r])));
            sum += d * d;
        }

        return 0.5 * _group.Importance[strip] * sum;
    }

    /// <summary>Gives every strip the tie of least harm (in a split pool: the best added column, then the best subtracted one).</summary>
    public void Assign()
    {
        double[] squares = new double[Count], products = new double[Count];
        double[]? crosses = _isSplit ? Crosses() : null;
        for (int j = 0; j < Count; j++) squares[j] = crosses is null ? StripGroup.Dot(Of(j), Of(j)) : crosses[(j * Count) + j];
        for (int o = 0; o < _group.Count; o++)
        {
            if (_group.Squares[o] == 0)
            {
                Ties[o] = StripTie.None;
                continue;
            }

            for (int j = 0; j < Count; j++) products[j] = StripGroup.Dot(_group.Of(o), Of(j));
            Ties[o] = crosses is null ? BestOne(o, products, squares) : BestTwo(o, products, squares, crosses);
        }
    }

    /// <summary>Lowers the harms of strips that a new column would serve better; for seeding, in units of twice the harm.</summary>
    public void Consider(int column, double[] harms)
    {
        double square = StripGroup.Dot(Of(column), Of(column));
        for (int o = 0; o < harms.Length; o++)
        {
            double product = Math.Abs(StripGroup.Dot(_group.Of(o), Of(column))), unit = _group.Units[o];
            for (int h = 0; h <= _group.MaxShift; h++, unit *= 2)
                harms[o] = Math.Min(
                    harms[o], _group.Importance[o] * Math.Max(0, _group.Squares[o] + (unit * unit * square) - (2 * unit * product)));
        }
    }

    /// <summary>Sets every column to the least-squares one for its strips.</summary>
    public void Fit()
    {
        int rows = _group.Rows;
        var members = new List<int>[Count];
        for (int j = 0; j < Count; j++) members[j] = [];
        for (int o = 0; o < Ties.Length; o++)
        {
            if (Ties[o].Plus >= 0) members[Ties[o].Plus].Add(o);
            if (Ties[o].Minus >= 0) members[Ties[o].Minus].Add(o);
        }

        double[] top = new double[rows], rest = new double[rows];
        for (int sweep = 0; sweep < (_isSplit ? Sweeps : 1); sweep++)
            for (int j = 0; j < Count; j++)
            {
                if (members[j].Count == 0) continue;
                Array.Clear(top);
                double bottom = 0;
                foreach (int o in members[j])
                {
                    double gain = _group.Units[o] * Ties[o].Factor(j), weight = _group.Importance[o] * gain;
                    int other = Ties[o].Plus == j ? Ties[o].Minus : Ties[o].Plus;
                    ReadOnlySpan<float> w = _group.Of(o), beside = other < 0 ? default : Of(other);
                    // The other column of a difference counts with the opposite sign.
                    for (int r = 0; r < rows; r++) rest[r] = w[r] + (beside.IsEmpty ? 0 : gain * beside[r]);
                    for (int r = 0; r < rows; r++) top[r] += weight * rest[r];
                    bottom += weight * gain;
                }

                if (!(bottom > 0)) continue;
                Span<float> column = Of(j);
                for (int r = 0; r < rows; r++) column[r] = Clamp(top[r] / bottom, r);
            }
    }

    /// <summary>Columns that no strip uses take the strips of most harm, one each, as they are.</summary>
    /// <returns>True if there were any.</returns>
    public bool Revive()
    {
        bool[] used = new bool[Count];
        foreach (StripTie tie in Ties)
        {
            if (tie.Plus >= 0) used[tie.Plus] = true;
            if (tie.Minus >= 0) used[tie.Minus] = true;
        }

        if (used.All(u => u)) return false;
        Queue<int> worst = new(Enumerable.Range(0, _group.Count).Select(o => (Strip: o, Harm: HarmOf(o))).Where(p => p.Harm > 0)
            .OrderByDescending(p => p.Harm).ThenBy(p => p.Strip).Select(p => p.Strip));
        bool revived = false;
        for (int j = 0; j < Count && worst.Count > 0; j++)
            if (!used[j])
            {
                Seed(j, worst.Dequeue());
                revived = true;
            }

        return revived;
    }

    /// <summary>Ties with the columns that are used numbered in order.</summary>
    public StripTie[] Compact(out int columns)
    {
        int[] number = new int[Count];
        Array.Fill(number, -1);
        int next = 0;
        foreach (StripTie tie in Ties)
        {
            if (tie.Plus >= 0 && number[tie.Plus] < 0) number[tie.Plus] = next++;
            if (tie.Minus >= 0 && number[tie.Minus] < 0) number[tie.Minus] = next++;
        }

        columns = next;
        return [.. Ties.Select(t => t with { Plus = t.Plus < 0 ? -1 : number[t.Plus], Minus = t.Minus < 0 ? -1 : number[t.Minus] })];
    }

    private Span<float> Of(int column) => _columns.AsSpan(column * _group.Rows, _group.Rows);

    private float Clamp(double value, int row)
    {
        double limit = _group.Levels * (double)_group.Roots[row];
        return (float)Math.Clamp(value, _isSplit ? 0 : -limit, limit);
    }

    private double[] Crosses()
    {
        double[] crosses = new double[Count * Count];
        for (int i = 0; i < Count; i++)
            for (int j = 0; j <= i; j++) crosses[(i * Count) + j] = crosses[(j * Count) + i] = StripGroup.Dot(Of(i), Of(j));
        return crosses;
    }

    private StripTie BestOne(int strip, double[] products, double[] squares)
    {
        (StripTie best, double least) = (StripTie.None, 0); // Relative to the harm of leaving the strip out.
        for (int j = 0; j < Count; j++)
        {
            double unit = _group.Units[strip];
            for (int h = 0; h <= _group.MaxShift; h++, unit *= 2)
            {
                double harm = (unit * unit * squares[j]) - (2 * unit * Math.Abs(products[j]));
                if (harm >= least) continue;
                (best, least) = (products[j] < 0 ? new StripTie(-1, j, h) : new StripTie(j, -1, h), harm);
            }
        }

        return best;
    }

    private StripTie BestTwo(int strip, double[] products, double[] squares, double[] crosses)
    {
        StripTie now = Ties[strip];
        for (int round = 0; round < 2; round++)
        {
            now = BestBeside(strip, now.Minus, true, products, squares, crosses);
            now = BestBeside(strip, now.Plus, false, products, squares, crosses);
        }

        return now;
    }

    /// <summary>The best column and shift beside a column that is kept.</summary>
    private StripTie BestBeside(int strip, int kept, bool adds, double[] products, double[] squares, double[] crosses)
    {
        (StripTie best, double least) = (StripTie.None, 0);
        double keptProduct = kept < 0 ? 0 : products[kept], keptSquare = kept < 0 ? 0 : squares[kept];
        for (int j = -1; j < Count; j++)
        {
            if (j >= 0 && j == kept) continue;
            double product = (j < 0 ? 0 : products[j]) - keptProduct, square = (j < 0 ? 0 : squares[j]) + keptSquare;
            if (!adds) product = -product;
            if (j >= 0 && kept >= 0) square -= 2 * crosses[(j * Count) + kept];
            double unit = _group.Units[strip];
            for (int h = 0; h <= _group.MaxShift; h++, unit *= 2)
            {
                double harm = (unit * unit * square) - (2 * unit * product);
                if (harm >= least) continue;
                (best, least) = (adds ? new StripTie(j, kept, h) : new StripTie(kept, j, h), harm);
            }
        }

        return best;
    }
}
