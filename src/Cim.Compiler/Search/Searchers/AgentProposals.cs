using System.Collections.Immutable;
using Cim.Compiler.Search.Space;
using Cim.Runtime.RandomNumbers;
using Cim.Training.Reinforcement;

namespace Cim.Compiler.Search.Searchers;

/// <summary>
/// Policy gradient (PPO with value baseline and entropy bonus): an agent plays episodes against a surrogate that all measurements so far
/// have taught (<see cref="LearnedLoss"/>), and replays the best measured policies (self-imitation, Oh et al., arXiv 1806.05635). What it
/// visited is proposed. Half of the episodes redecide a few units of the best policy, so that what is good about it remains.
/// </summary>
internal sealed class AgentProposals : IDisposable
{
    private const int Batch = 32, Replayed = 8, Rounds = 3, Epochs = 2;

    private const double OverBudgetPenalty = 1.5, TooManyArraysPenalty = 1, RedecidedUnits = 2.5;

    private readonly SearchProblem _problem;
    private readonly PolicyEpisodes _episodes;
    private readonly PolicyBatch _batch;
    private readonly SplitMix _random;
    private readonly double _start;

    public AgentProposals(SearchProblem problem, TrialLog log)
    {
        _problem = problem;
        _episodes = new PolicyEpisodes(problem, Batch, Replayed, [.. log.Trials.Select(t => t.Policy)]);
        _batch = _episodes.Agent.NewBatch();
        _random = new SplitMix(problem.Seed);
        int[] widest = PolicyMoves.Widest(problem.Space);
        _start = problem.Cost((log.Best?.Policy ?? [.. widest]).AsSpan());
    }

    /// <summary>Whether the best measured policies are played again.</summary>
    public required bool Replays { get; init; }

    /// <summary>The policies that the agent visits with what is known by now; it learns from the episodes.</summary>
    public List<int[]> Next(TrialLog log, CancellationToken cancellation)
    {
        LearnedLoss learned = LearnedLoss.From(_problem, log);
        var visited = new List<int[]>();
        for (int round = 0; round < Rounds; round++)
        {
            cancellation.ThrowIfCancellationRequested();
            Episode[] played = _episodes.Play(FixedChoices(log), learned.Surrogate, learned.Budget);
            log.Episodes += played.Length;
            foreach (Episode episode in played) episode.Reward = Reward(log, learned, episode);
            Learn(played, Replays ? Replay(log, learned) : []);
            visited.AddRange(played.Select(e => e.Policy));
        }

        return visited;
    }

    public void Dispose() => _episodes.Dispose();

    /// <summary>How much cheaper than the start, as a logarithm, less a penalty for what is lost beyond the budget.</summary>
    private double Reward(TrialLog log, LearnedLoss learned, Episode episode)
    {
        double loss = log.Knows(episode.Policy) ? log.Loss(episode.Policy) : learned.Guess(_episodes.Estimates(episode.Actions)).Loss;
        return Reward(episode.Policy, loss);
    }

    private double Reward(ReadOnlySpan<int> policy, double loss)
    {
        double over = Math.Max(0, loss - _problem.MaxLoss) / Math.Max(_problem.MaxLoss, 0.1);
        return Math.Log(_start / _problem.Cost(policy)) - (OverBudgetPenalty * Math.Min(over, 3))
            - (_problem.Fits(policy) ? 0 : TooManyArraysPenalty);
    }

    /// <summary>Half of the episodes are free, half redecide a few units of the best policy.</summary>
    private int[]?[] FixedChoices(TrialLog log)
    {
        int[]? best = log.Best is { } trial ? _episodes.ActionsOf(trial.Policy.AsSpan()) : null;
        var choices = new int[]?[_episodes.Batch];
        for (int e = 0; best is not null && e < choices.Length / 2; e++)
        {
            choices[e] = [.. best];
            for (int u = 0; u < best.Length; u++)
                if (_random.NextDouble() < RedecidedUnits / best.Length) choices[e]![u] = -1;
        }

        return choices;
    }

    /// <summary>The best measured policies, played again so that their states are those of the present learned.</summary>
    private Episode[] Replay(TrialLog log, LearnedLoss learned)
    {
        var chosen = log.Trials.Select(
            t => (Actions: _episodes.ActionsOf(t.Policy.AsSpan()), Reward: Reward(t.Policy.AsSpan(), t.Loss)))
            .Where(t => t.Actions is not null).OrderByDescending(t => t.Reward).Take(Replayed).ToArray();
        Episode[] replayed = _episodes.Play([.. chosen.Select(t => t.Actions)], learned.Surrogate, learned.Budget);
        for (int i = 0; i < replayed.Length; i++) replayed[i].Reward = chosen[i].Reward;
        return replayed;
    }

    private void Learn(Episode[] played, Episode[] replayed)
    {
        double[] advantages = [
            .. played.SelectMany(e => e.Decided.Select((d, u) => d ? e.Reward - e.Values[u] : double.NaN)).Where(double.IsFinite)];
        double mean = advantages.Average(), deviation = Math.Sqrt(advantages.Average(a => (a - mean) * (a - mean))) + 1e-6;
        _batch.Clear();
        int units = played[0].Actions.Length, features = played[0].States.Length / units;
        foreach (Episode e in played)
            for (int u = 0; u < units; u++)
                if (e.Decided[u])
                    _batch.AddSampled(e.States.AsSpan(u * features, features), e.Available[u], e.Actions[u], e.LogProbabilities[u],
                        (e.Reward - e.Values[u] - mean) / deviation, e.Reward);
        foreach (Episode e in replayed)
            for (int u = 0; u < units; u++)
                if (e.Reward > e.Values[u])
                    _batch.AddImitated(e.States.AsSpan(u * features, features), e.Available[u], e.Actions[u],
                        Math.Min((e.Reward - e.Values[u]) / deviation, 1) * 0.5);
        for (int epoch = 0; epoch < Epochs; epoch++) _episodes.Agent.Learn(_batch);
    }
}
