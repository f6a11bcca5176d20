using System.Collections.Immutable;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;
using Cim.Runtime.RandomNumbers;
using Cim.Training.Reinforcement;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// Policy gradient (PPO with value baseline and entropy bonus). It starts from the optimum of the additive problem: bisection
/// along the exact front finds the cheapest front point the evaluator accepts. Then, before each evaluation, an agent plays episodes
/// against a surrogate that all measurements so far have taught (<see cref="LearnedLoss"/>), and replays the best measured policies
/// (self-imitation, Oh et al., arXiv 1806.05635). Of the policies it visited, those that <see cref="Recombination"/> makes of the best
/// measured ones, and those of <see cref="Improvement"/> the one of the largest expected improvement is measured (several, if so many are
/// to be measured at a time). Half of the episodes redecide a few units of the best policy, so that what is good about it remains.
/// </summary>
internal sealed class RlSearcher : IPolicySearcher
{
    private const int Batch = 32, Replayed = 8, Rounds = 3, Epochs = 2;

    private const double OverBudgetPenalty = 1.5, TooManyArraysPenalty = 1, RedecidedUnits = 2.5;

    public string Name => "rl";

    /// <summary>Whether the best measured policies are played again; false only to see what that is worth.</summary>
    public bool Replays { get; init; } = true;

    /// <summary>Whether the best measured policies are recombined; false only to see what that is worth.</summary>
    public bool Recombines { get; init; } = true;

    public void Explore(SearchProblem problem, TrialLog log, CancellationToken cancellation)
    {
        ProxyWalk.Bisect(problem, log, cancellation);
        int[] widest = PolicyMoves.Widest(problem.Space);
        if (log.Left <= 0) return;

        using var episodes = new PolicyEpisodes(problem, Batch, Replayed, [.. log.Trials.Select(t => t.Policy)]);
        PolicyAgent agent = episodes.Agent;
        var random = new SplitMix(problem.Seed);
        PolicyBatch batch = agent.NewBatch();
        double start = problem.Cost((log.Best?.Policy ?? [.. widest]).AsSpan());
        var recombination = new Recombination(problem);

        while (log.Left > 0)
        {
            cancellation.ThrowIfCancellationRequested();
            LearnedLoss learned = LearnedLoss.From(problem, log);
            var visited = new List<int[]>();
            for (int round = 0; round < Rounds; round++)
            {
                Episode[] played = episodes.Play(FixedChoices(log, problem, episodes, random), learned.Surrogate, learned.Budget);
                log.Episodes += played.Length;
                foreach (Episode episode in played) episode.Reward = Reward(problem, log, episodes, learned, episode, start);
                Learn(played, Replays ? Replay(problem, log, episodes, learned, start) : [], batch, agent);
                visited.AddRange(played.Select(e => e.Policy));
            }

            if (Recombines) visited.AddRange(recombination.Of(log));
            if (Improvement.Several(problem, log, visited, cancellation) is not { Count: > 0 } next) break;
            log.Measure(next);
        }
    }

    /// <summary>How much cheaper than the start, as a logarithm, less a penalty for what is lost beyond the budget.</summary>
    private static double Reward(
        SearchProblem problem, TrialLog log, PolicyEpisodes episodes, LearnedLoss learned, Episode episode, double start)
    {
        double loss = log.Knows(episode.Policy) ? log.Loss(episode.Policy) : learned.Guess(episodes.Estimates(episode.Actions)).Loss;
        return Reward(problem, episode.Policy, loss, start);
    }

    private static double Reward(SearchProblem problem, ReadOnlySpan<int> policy, double loss, double start)
    {
        double over = Math.Max(0, loss - problem.MaxLoss) / Math.Max(problem.MaxLoss, 0.1);
        return Math.Log(start / problem.Cost(policy)) - (OverBudgetPenalty * Math.Min(over, 3))
            - (problem.Fits(policy) ? 0 : TooManyArraysPenalty);
    }

    /// <summary>Half of the episodes are free, half redecide a few units of the best policy.</summary>
    private static int[]?[] FixedChoices(TrialLog log, SearchProblem problem, PolicyEpisodes episodes, SplitMix random)
    {
        int[]? best = log.Best is { } trial ? episodes.ActionsOf(trial.Policy.AsSpan()) : null;
        var choices = new int[]?[episodes.Batch];
        for (int e = 0; best is not null && e < choices.Length / 2; e++)
        {
            choices[e] = [.. best];
            for (int u = 0; u < best.Length; u++)
                if (random.NextDouble() < RedecidedUnits / best.Length) choices[e]![u] = -1;
        }

        return choices;
    }

    /// <summary>The best measured policies, played again so that their states are those of the present learned.</summary>
    private static Episode[] Replay(SearchProblem problem, TrialLog log, PolicyEpisodes episodes, LearnedLoss learned, double start)
    {
        var chosen = log.Trials.Select(
            t => (Actions: episodes.ActionsOf(t.Policy.AsSpan()), Reward: Reward(problem, t.Policy.AsSpan(), t.Loss, start)))
            .Where(t => t.Actions is not null).OrderByDescending(t => t.Reward).Take(Replayed).ToArray();
        Episode[] replayed = episodes.Play([.. chosen.Select(t => t.Actions)], learned.Surrogate, learned.Budget);
        for (int i = 0; i < replayed.Length; i++) replayed[i].Reward = chosen[i].Reward;
        return replayed;
    }

    private static void Learn(Episode[] played, Episode[] replayed, PolicyBatch batch, PolicyAgent agent)
    {
        double[] advantages = [
            .. played.SelectMany(e => e.Decided.Select((d, u) => d ? e.Reward - e.Values[u] : double.NaN)).Where(double.IsFinite)];
        double mean = advantages.Average(), deviation = Math.Sqrt(advantages.Average(a => (a - mean) * (a - mean))) + 1e-6;
        batch.Clear();
        int units = played[0].Actions.Length, features = played[0].States.Length / units;
        foreach (Episode e in played)
            for (int u = 0; u < units; u++)
                if (e.Decided[u])
                    batch.AddSampled(e.States.AsSpan(u * features, features), e.Available[u], e.Actions[u], e.LogProbabilities[u],
                        (e.Reward - e.Values[u] - mean) / deviation, e.Reward);
        foreach (Episode e in replayed)
            for (int u = 0; u < units; u++)
                if (e.Reward > e.Values[u])
                    batch.AddImitated(e.States.AsSpan(u * features, features), e.Available[u], e.Actions[u],
                        Math.Min((e.Reward - e.Values[u]) / deviation, 1) * 0.5);
        for (int epoch = 0; epoch < Epochs; epoch++) agent.Learn(batch);
    }
}
