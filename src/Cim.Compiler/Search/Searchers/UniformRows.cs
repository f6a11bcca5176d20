using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// The policies that can be set by hand: the same bits in every layer, with and without wide first and last layers. Of each row of
/// policies that differ in activation bits alone, the narrowest within the budget is found by bisection.
/// </summary>
internal static class UniformRows
{
    /// <summary>Measures the widest policy, then rows, as long as evaluations are left.</summary>
    public static void Measure(SearchProblem problem, TrialLog log)
    {
        PolicySpace space = problem.Space;
        int[] widest = PolicyMoves.Widest(space);
        TryCheaper(widest);
        TryCheaper(PolicyMoves.FourBitInside(space));
        int[] weights = [.. space.Costs.Choices.Select(c => c.WeightBits).Distinct().OrderDescending()],
            activations = [.. space.Costs.Choices.Select(c => c.ActivationBits).Distinct().Order()];
        foreach (int w in new[] { weights[0], 4 }.Where(weights.Contains).Distinct())
            foreach (bool hasWideEnds in new[] { false, true })
            {
                int[][] row = [.. activations.Select(a => Uniform(w, a, hasWideEnds))];
                (int low, int high) = (-1, row.Length); // Up to low too much is lost; high is enough, or unknown.
                while (high - low > 1 && log.Left > 0)
                {
                    int middle = low + ((high - low) / 2);
                    if (log.Best is { } best && problem.Cost(row[middle]) >= best.Cost) high = middle; // A dearer one is of no use.
                    else if (TryCheaper(row[middle])) high = middle;
                    else low = middle;
                }
            }

        bool TryCheaper(int[] policy) => problem.Fits(policy) && log.Loss(policy) <= problem.MaxLoss;

        int[] Uniform(int w, int a, bool hasWideEnds)
        {
            int[] policy = PolicyMoves.Nearest(space, new LayerBits(w, a, 0));
            return hasWideEnds ? PolicyMoves.WithWideEnds(space, policy) : policy;
        }
    }
}
