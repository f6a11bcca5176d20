using System.Collections.Immutable;
using Cim.Compiler.Search.Exact;
using Cim.Compiler.Search.Space;
using Cim.Runtime.RandomNumbers;
using Cim.Training.Reinforcement;

namespace Cim.Compiler.Search.Searchers;

/// <summary>One run through the units of a network: the choice each one took, and what the agent thought.</summary>
internal sealed class Episode(int units, int features)
{
    /// <summary>The choice of each unit.</summary>
    public int[] Actions { get; } = new int[units];

    /// <summary>True where the agent decided, false where the choice was fixed.</summary>
    public bool[] Decided { get; } = new bool[units];

    /// <summary>[unit, feature].</summary>
    public float[] States { get; } = new float[units * features];

    public double[] LogProbabilities { get; } = new double[units];

    public double[] Values { get; } = new double[units];

    /// <summary>Choices of each unit.</summary>
    public required ImmutableArray<int> Available { get; init; }

    /// <summary>One choice a layer.</summary>
    public int[] Policy { get; set; } = [];

    public double Reward { get; set; }
}

/// <summary>
/// The search as episodes of an agent: unit after unit it picks a choice. A state holds, for each choice of the unit, its cost,
/// estimated loss and bits; the unit's position and sensitivity; and how much of the loss budget and of the cost is spent.
/// </summary>
internal sealed class PolicyEpisodes : IDisposable
{
    private const int MaxChoices = 24, ChoiceFeatures = 4, UnitFeatures = 6;

    private readonly UnitChoices _choices;
    private readonly PolicyAgent _agent;
    private readonly SplitMix _random;
    private readonly float[] _fixed; // [unit, feature]: what does not change in an episode
    private readonly double[] _leastCost, _mostCost;

    /// <param name="problem">What is searched.</param>
    /// <param name="batch">Episodes played at once, at most.</param>
    /// <param name="replayed">Episodes learnt from in one step besides, at most.</param>
    /// <param name="known">Policies the agent must be able to play.</param>
    public PolicyEpisodes(SearchProblem problem, int batch, int replayed, IReadOnlyCollection<ImmutableArray<int>> known)
    {
        _choices = UnitChoices.Of(problem.Space, problem.Proxy, ProxyWalk.CostOf(problem)).Thinned(MaxChoices, known);
        Choices = _choices.Units;
        Actions = Choices.Max(u => u.Length);
        Features = (Actions * ChoiceFeatures) + UnitFeatures + Choices.Length;
        Batch = batch;
        _random = new SplitMix(problem.Seed ^ 0x52_4C);
        _agent = new PolicyAgent(new PolicyAgentOptions
        {
            Features = Features, Actions = Actions, ActRows = batch, LearnRows = (batch + replayed) * Choices.Length,
                Seed = unchecked((long)problem.Seed),
        });
        _leastCost = [.. Choices.Select(u => u[0].Cost)];
        _mostCost = [.. Choices.Select(u => u[^1].Cost)];
        _fixed = Describe(problem);
    }

    public ImmutableArray<ImmutableArray<UnitChoice>> Choices { get; }

    public int Features { get; }

    public int Actions { get; }

    public int Batch { get; }

    public PolicyAgent Agent => _agent;

    /// <summary>The choices that make up a policy; null if it takes one that is not among them.</summary>
    public int[]? ActionsOf(ReadOnlySpan<int> policy)
    {
        int[] actions = new int[Choices.Length];
        for (int u = 0; u < actions.Length; u++)
            if ((actions[u] = _choices.IndexOf(u, policy)) < 0) return null;
        return actions;
    }

    /// <summary>The additive estimate of each unit of an episode.</summary>
    public double[] Estimates(ReadOnlySpan<int> actions)
    {
        double[] estimates = new double[actions.Length];
        for (int u = 0; u < estimates.Length; u++) estimates[u] = Choices[u][actions[u]].Loss;
        return estimates;
    }

    /// <summary>Plays episodes with the present policy of the agent.</summary>
    /// <param name="fixedChoices">For each episode the choices that are not the agent's to choose (-1 = its choice); null = all
    /// are.</param>
    /// <param name="surrogate">Estimates how much of the budget a choice takes.</param>
    /// <param name="budget">The loss allowed.</param>
    public Episode[] Play(IReadOnlyList<int[]?> fixedChoices, LossSurrogate surrogate, double budget)
    {
        if (fixedChoices.Count == 0) return [];
        var episodes = new Episode[fixedChoices.Count];
        ImmutableArray<int> available = [.. Choices.Select(u => u.Length)];
        for (int e = 0; e < episodes.Length; e++) episodes[e] = new Episode(Choices.Length, Features) { Available = available };
        double[] cost = new double[episodes.Length], loss = new double[episodes.Length];
        float[] states = new float[episodes.Length * Features];
        double[] probabilities = new double[Actions];
        double widest = _mostCost.Sum(), allowed = Math.Max(budget, 0.05);
        for (int u = 0; u < Choices.Length; u++)
        {
            for (int e = 0; e < episodes.Length; e++)
            {
                Span<float> state = states.AsSpan(e * Features, Features);
                _fixed.AsSpan(u * Features, Features).CopyTo(state);
                int at = Actions * ChoiceFeatures;
                state[at + 4] = (float)Math.Clamp(1 - (loss[e] / allowed), -2, 1);
                state[at + 5] = (float)(cost[e] / widest);
                state.CopyTo(episodes[e].States.AsSpan(u * Features));
            }

            float[] outputs = _agent.Act(states, episodes.Length);
            for (int e = 0; e < episodes.Length; e++)
            {
                ReadOnlySpan<float> row = outputs.AsSpan(e * (Actions + 1), Actions + 1);
                int forced = fixedChoices[e]?[u] ?? -1;
                LogSoftmax(row[..Choices[u].Length], probabilities);
                int action = forced >= 0 ? forced : Sample(probabilities.AsSpan(0, Choices[u].Length));
                Episode episode = episodes[e];
                (episode.Actions[u], episode.Decided[u]) = (action, forced < 0);
                (episode.LogProbabilities[u], episode.Values[u]) = (probabilities[action], row[Actions]);
                cost[e] += Choices[u][action].Cost;
                loss[e] += surrogate.Share(u, Choices[u][action].Loss);
            }
        }

        foreach (Episode episode in episodes) episode.Policy = _choices.Policy(episode.Actions);
        return episodes;
    }

    public void Dispose() => _agent.Dispose();

    private int Sample(ReadOnlySpan<double> logs)
    {
        double left = _random.NextDouble();
        for (int i = 0; i < logs.Length; i++)
        {
            left -= Math.Exp(logs[i]);
            if (left < 0) return i;
        }

        return logs.Length - 1;
    }

    private static void LogSoftmax(ReadOnlySpan<float> scores, Span<double> logs)
    {
        (double top, double sum) = (double.NegativeInfinity, 0);
        foreach (float s in scores) top = Math.Max(top, s);
        foreach (float s in scores) sum += Math.Exp(s - top);
        for (int i = 0; i < scores.Length; i++) logs[i] = scores[i] - top - Math.Log(sum);
    }

    private float[] Describe(SearchProblem problem)
    {
        float[] all = new float[Choices.Length * Features];
        double widest = _mostCost.Sum(), most = Choices.Max(u => u[0].Loss);
        for (int u = 0; u < Choices.Length; u++)
        {
            Span<float> state = all.AsSpan(u * Features, Features);
            for (int i = 0; i < Choices[u].Length; i++)
            {
                UnitChoice choice = Choices[u][i];
                LayerBits precision = problem.Space.Costs.Choices[choice.Choices[0]];
                Span<float> f = state.Slice(i * ChoiceFeatures, ChoiceFeatures);
                f[0] = (float)(choice.Cost / Math.Max(_mostCost[u], 1e-300));
                f[1] = (float)Math.Sqrt(choice.Loss / Math.Max(most, 1e-300));
                f[2] = precision.WeightBits / 8f;
                f[3] = precision.ActivationBits / 8f;
            }

            int at = Actions * ChoiceFeatures;
            state[at] = u / (float)Choices.Length;
            state[at + 1] = (float)(_mostCost[u] / widest);
            state[at + 2] = (float)(_leastCost[u] / Math.Max(_mostCost[u], 1e-300));
            state[at + 3] = (float)Math.Sqrt(Choices[u][0].Loss / Math.Max(most, 1e-300));
            state[at + UnitFeatures + u] = 1;
        }

        return all;
    }
}
