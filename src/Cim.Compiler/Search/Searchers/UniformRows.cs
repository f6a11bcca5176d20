using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// The policies that can be set by hand: the same bits in every layer, with and without wide first and last layers. Of each row of
/// policies that differ in activation bits alone, the narrowest within the budget is found by bisection.
/// </summary>
internal static class UniformRows
{
    private static readonly bool[] _ends = [false, true];

    /// <summary>Measures the widest policy, then rows, as long as evaluations are left.</summary>
    public static void Measure(SearchProblem problem, TrialLog log)
    {
        PolicySpace space = problem.Space;
        int[] widest = PolicyMoves.Widest(space);
        foreach (int[][] first in new[] { widest, PolicyMoves.FourBitInside(space) }.Where(p => problem.Fits(p)).Chunk(problem.Parallel))
            log.Measure(first);
        int[] weights = [.. space.Costs.Choices.Select(c => c.WeightBits).Distinct().OrderDescending()],
            activations = [.. space.Costs.Choices.Select(c => c.ActivationBits).Distinct().Order()];
        IEnumerable<Row> rows = from w in new[] { weights[0], 4 }.Where(weights.Contains).Distinct()
                                from hasWideEnds in _ends
                                select new Row([.. activations.Select(a => Uniform(w, a, hasWideEnds))]);
        foreach (Row[] together in rows.Chunk(problem.Parallel))
            while (log.Left > 0 && together.Where(r => r.IsOpen).ToArray() is { Length: > 0 } open)
            {
                foreach (Row row in open.Where(IsDear)) row.Narrow(isEnough: true); // A dearer one is of no use.
                open = [.. open.Where(r => r.IsOpen && !IsDear(r))];
                log.Measure([.. open.Select(r => r.Middle).Where(p => problem.Fits(p))]);
                foreach (Row row in open) row.Narrow(problem.Fits(row.Middle) && log.Loss(row.Middle) <= problem.MaxLoss);
            }

        bool IsDear(Row row) => log.Best is { } best && problem.Cost(row.Middle) >= best.Cost;

        int[] Uniform(int w, int a, bool hasWideEnds)
        {
            int[] policy = PolicyMoves.Nearest(space, new LayerBits(w, a, 0));
            return hasWideEnds ? PolicyMoves.WithWideEnds(space, policy) : policy;
        }
    }

    /// <summary>Policies of rising activation bits, with an interval that is halved.</summary>
    private sealed class Row(int[][] policies)
    {
        private int _low = -1, _high = policies.Length; // Up to low too much is lost; high is enough, or unknown.

        public bool IsOpen => _high - _low > 1;

        public int[] Middle => policies[_low + ((_high - _low) / 2)];

        public void Narrow(bool isEnough)
        {
            int middle = _low + ((_high - _low) / 2);
            if (isEnough) _high = middle;
            else _low = middle;
        }
    }
}
