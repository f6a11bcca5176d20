using Cim.Compiler.Search.Space;
using Cim.Runtime.RandomNumbers;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// A steady-state genetic algorithm: tournament of two, uniform crossover by groups, mutation of single groups; a policy over
/// the budget ranks behind every one within it, by how far it is over. Where several policies are measured at a time they are a generation
/// with the same parents.
/// </summary>
internal sealed class EvolutionarySearcher : IPolicySearcher
{
    private const int Population = 16, MaxDraws = 1000;

    public string Name => "evolutionary";

    public void Explore(SearchProblem problem, TrialLog log, CancellationToken cancellation)
    {
        var random = new SplitMix(problem.Seed);
        var population = new List<(int[] Policy, double Rank)>();
        var generation = new List<int[]>();
        foreach (Trial known in log.Trials.ToArray()) Add([.. known.Policy]);
        Add(PolicyMoves.Widest(problem.Space));
        for (int i = 0; i < Population / 2 && log.Left > 0; i++)
        {
            // Half of the start near the widest policy, so that something within the budget is there to breed from.
            int[] policy = i % 2 == 0 ? Mutate(PolicyMoves.Widest(problem.Space), 0.25) : PolicyMoves.Random(problem.Space, random);
            if (IsNew(policy)) Bear(policy);
        }

        Measure();

        for (int draws = 0; log.Left > 0 && draws < MaxDraws; draws++)
        {
            int[] child = Mutate(Cross(Tournament(), Tournament()), 1.5 / problem.Space.ActivationGroups.Length);
            if (!IsNew(child)) continue;
            Bear(child);
            draws = 0;
        }

        Measure();

        bool IsNew(int[] policy) => problem.Fits(policy) && !log.Knows(policy) && !generation.Exists(p => p.SequenceEqual(policy));

        void Bear(int[] policy)
        {
            generation.Add(policy);
            if (generation.Count >= Math.Min(problem.Parallel, log.Left)) Measure();
        }

        void Measure()
        {
            log.Measure(generation);
            generation.ForEach(Add);
            generation.Clear();
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
