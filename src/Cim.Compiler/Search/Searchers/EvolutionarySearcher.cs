using Cim.Compiler.Search.Space;
using Cim.Runtime.RandomNumbers;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// A steady-state genetic algorithm: tournament of two, uniform crossover by groups, mutation of single groups; a policy over
/// the budget ranks behind every one within it, by how far it is over.
/// </summary>
internal sealed class EvolutionarySearcher : IPolicySearcher
{
    private const int Population = 16, MaxDraws = 1000;

    public string Name => "evolutionary";

    public void Explore(SearchProblem problem, TrialLog log, CancellationToken cancellation)
    {
        var random = new SplitMix(problem.Seed);
        var population = new List<(int[] Policy, double Rank)>();
        foreach (Trial known in log.Trials.ToArray()) Add([.. known.Policy]);
        Add(PolicyMoves.Widest(problem.Space));
        for (int i = 0; i < Population / 2 && log.Left > 0; i++)
        {
            // Half of the start near the widest policy, so that something within the budget is there to breed from.
            int[] policy = i % 2 == 0 ? Mutate(PolicyMoves.Widest(problem.Space), 0.25) : PolicyMoves.Random(problem.Space, random);
            if (problem.Fits(policy) && !log.Knows(policy)) Add(policy);
        }

        for (int draws = 0; log.Left > 0 && draws < MaxDraws; draws++)
        {
            int[] child = Mutate(Cross(Tournament(), Tournament()), 1.5 / problem.Space.ActivationGroups.Length);
            if (!problem.Fits(child) || log.Knows(child)) continue;
            Add(child);
            draws = 0;
        }

        void Add(int[] policy)
        {
            double loss = log.Loss(policy);
            if (double.IsNaN(loss)) return;
            double rank = loss <= problem.MaxLoss
                ? problem.Cost(policy)
                : problem.Cost(PolicyMoves.Widest(problem.Space)) * (2 + loss - problem.MaxLoss);
            population.Add((policy, rank));
            if (population.Count > Population) population.Remove(population.MaxBy(p => p.Rank));
        }

        int[] Tournament()
        {
            (int[] a, double rankA) = population[random.Next(population.Count)];
            (int[] b, double rankB) = population[random.Next(population.Count)];
            return rankA <= rankB ? a : b;
        }

        int[] Cross(int[] a, int[] b)
        {
            int[] child = [.. a];
            foreach (var group in problem.Space.ActivationGroups)
                if (random.Next(2) == 0)
                    foreach (int l in group) child[l] = b[l];
            return child;
        }

        int[] Mutate(int[] policy, double rate)
        {
            int[] child = [.. policy];
            for (int g = 0; g < problem.Space.ActivationGroups.Length; g++)
                if (random.NextDouble() < rate) PolicyMoves.Redraw(problem.Space, g, child, random);
            return child;
        }
    }
}
