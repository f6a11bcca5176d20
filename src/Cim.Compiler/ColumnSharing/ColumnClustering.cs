using Cim.Compiler.Precision;

namespace Cim.Compiler.ColumnSharing;

/// <summary>
/// A set of columns for a group and which strips use which of them: the two alternating steps of clustering, each of which
/// never raises the loss. Columns are real multiples of the integers' unit; they become integers when the layer is quantized.
/// </summary>
internal sealed class ColumnClustering
{
    private const int Sweeps = 2;

    private readonly StripGroup _group;
    private readonly bool _isSplit;
    private readonly float[] _columns; // [columns, rows], rows scaled as those of the group.

    public ColumnClustering(StripGroup group, int columns, bool isSplit)
    {
        (_group, _isSplit, Count) = (group, isSplit, columns);
        _columns = new float[columns * group.Rows];
        Combinations = new ColumnCombination[group.Count];
        Array.Fill(Combinations, ColumnCombination.None);
    }

    public int Count { get; }

    public ColumnCombination[] Combinations { get; }

    /// <summary>Sets a column to a strip (in a split set to its positive part), what cannot be held cut off.</summary>
    public void Seed(int column, int strip)
    {
        double unit = _group.Units[strip] * (1 << _group.Shifts[strip]);
        Span<float> to = Of(column);
        for (int r = 0; r < to.Length; r++) to[r] = Clamp(_group.Of(strip)[r] / unit, r);
    }

    /// <summary>LossIncrease of the present combinations.</summary>
    public double LossIncrease()
    {
        double increase = 0;
        for (int o = 0; o < _group.Count; o++) increase += LossIncreaseOf(o);
        return increase;
    }

    /// <summary>LossIncrease of one strip.</summary>
    public double LossIncreaseOf(int strip)
    {
        ColumnCombination combination = Combinations[strip];
        double sum = 0, gain = _group.Units[strip] * (1 << combination.Shift);
        ReadOnlySpan<float> w = _group.Of(strip),
            plus = combination.Plus < 0 ? default : Of(combination.Plus),
            minus = combination.Minus < 0 ? default : Of(combination.Minus);
        for (int r = 0; r < w.Length; r++)
        {
            double d = w[r] - (gain * ((plus.IsEmpty ? 0 : plus[r]) - (minus.IsEmpty ? 0 : minus[r])));
            sum += d * d;
        }

        return 0.5 * _group.Importance[strip] * sum;
    }

    /// <summary>Gives every strip the combination of least loss increase (in a split set: the best added column, then the best subtracted
    /// one).</summary>
    public void Assign()
    {
        double[] squares = new double[Count], products = new double[Count];
        double[]? crosses = _isSplit ? Crosses() : null;
        for (int j = 0; j < Count; j++) squares[j] = crosses is null ? StripGroup.Dot(Of(j), Of(j)) : crosses[(j * Count) + j];
        for (int o = 0; o < _group.Count; o++)
        {
            if (_group.Squares[o] == 0)
            {
                Combinations[o] = ColumnCombination.None;
                continue;
            }

            for (int j = 0; j < Count; j++) products[j] = StripGroup.Dot(_group.Of(o), Of(j));
            Combinations[o] = crosses is null ? BestOne(o, products, squares) : BestTwo(o, products, squares, crosses);
        }
    }

    /// <summary>Lowers the increases of strips that a new column would serve better; for seeding, in units of twice the loss
    /// increase.</summary>
    public void Consider(int column, double[] increases)
    {
        double square = StripGroup.Dot(Of(column), Of(column));
        for (int o = 0; o < increases.Length; o++)
        {
            double product = Math.Abs(StripGroup.Dot(_group.Of(o), Of(column))), unit = _group.Units[o];
            for (int h = 0; h <= _group.MaxShift; h++, unit *= 2)
                increases[o] = Math.Min(
                    increases[o], _group.Importance[o] * Math.Max(0, _group.Squares[o] + (unit * unit * square) - (2 * unit * product)));
        }
    }

    /// <summary>Sets every column to the least-squares one for its strips.</summary>
    public void Fit()
    {
        int rows = _group.Rows;
        var members = new List<int>[Count];
        for (int j = 0; j < Count; j++) members[j] = [];
        for (int o = 0; o < Combinations.Length; o++)
        {
            if (Combinations[o].Plus >= 0) members[Combinations[o].Plus].Add(o);
            if (Combinations[o].Minus >= 0) members[Combinations[o].Minus].Add(o);
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
                    double gain = _group.Units[o] * Combinations[o].Factor(j), weight = _group.Importance[o] * gain;
                    int other = Combinations[o].Plus == j ? Combinations[o].Minus : Combinations[o].Plus;
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

    /// <summary>Columns that no strip uses take the strips of most loss increase, one each, as they are.</summary>
    /// <returns>True if there were any.</returns>
    public bool Revive()
    {
        bool[] used = new bool[Count];
        foreach (ColumnCombination combination in Combinations)
        {
            if (combination.Plus >= 0) used[combination.Plus] = true;
            if (combination.Minus >= 0) used[combination.Minus] = true;
        }

        if (used.All(u => u)) return false;
        Queue<int> worst = new(
            Enumerable.Range(0, _group.Count).Select(o => (Strip: o, LossIncrease: LossIncreaseOf(o))).Where(p => p.LossIncrease > 0)
            .OrderByDescending(p => p.LossIncrease).ThenBy(p => p.Strip).Select(p => p.Strip));
        bool revived = false;
        for (int j = 0; j < Count && worst.Count > 0; j++)
            if (!used[j])
            {
                Seed(j, worst.Dequeue());
                revived = true;
            }

        return revived;
    }

    /// <summary>Combinations with the columns that are used numbered in order.</summary>
    public ColumnCombination[] Compact(out int columns)
    {
        int[] number = new int[Count];
        Array.Fill(number, -1);
        int next = 0;
        foreach (ColumnCombination combination in Combinations)
        {
            if (combination.Plus >= 0 && number[combination.Plus] < 0) number[combination.Plus] = next++;
            if (combination.Minus >= 0 && number[combination.Minus] < 0) number[combination.Minus] = next++;
        }

        columns = next;
        return [.. Combinations.Select(
            t => t with { Plus = t.Plus < 0 ? -1 : number[t.Plus], Minus = t.Minus < 0 ? -1 : number[t.Minus] })];
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

    private ColumnCombination BestOne(int strip, double[] products, double[] squares)
    {
        (ColumnCombination best, double least) = (ColumnCombination.None, 0); // Relative to the loss increase of leaving the strip out.
        for (int j = 0; j < Count; j++)
        {
            double unit = _group.Units[strip];
            for (int h = 0; h <= _group.MaxShift; h++, unit *= 2)
            {
                double increase = (unit * unit * squares[j]) - (2 * unit * Math.Abs(products[j]));
                if (increase >= least) continue;
                (best, least) = (products[j] < 0 ? new ColumnCombination(-1, j, h) : new ColumnCombination(j, -1, h), increase);
            }
        }

        return best;
    }

    private ColumnCombination BestTwo(int strip, double[] products, double[] squares, double[] crosses)
    {
        ColumnCombination now = Combinations[strip];
        for (int round = 0; round < 2; round++)
        {
            now = BestBeside(strip, now.Minus, true, products, squares, crosses);
            now = BestBeside(strip, now.Plus, false, products, squares, crosses);
        }

        return now;
    }

    /// <summary>The best column and shift beside a column that is kept.</summary>
    private ColumnCombination BestBeside(int strip, int kept, bool adds, double[] products, double[] squares, double[] crosses)
    {
        (ColumnCombination best, double least) = (ColumnCombination.None, 0);
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
                double increase = (unit * unit * square) - (2 * unit * product);
                if (increase >= least) continue;
                (best, least) = (adds ? new ColumnCombination(j, kept, h) : new ColumnCombination(kept, j, h), increase);
            }
        }

        return best;
    }
}
