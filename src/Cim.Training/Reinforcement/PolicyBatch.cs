using Cim.Training.Losses;

namespace Cim.Training.Reinforcement;

/// <summary>Rows to learn from: a state, the action taken in it, and what came of it. Rows never written weigh nothing.</summary>
public sealed class PolicyBatch
{
    /// <summary>What is added to the logit of an action that does not exist.</summary>
    public const float NoAction = -1e4f;

    private readonly int features;
    private readonly int actions;
    private readonly float[] states, taken, mask, old, advantage, total, weight, imitation;

    internal PolicyBatch(int rows, int features, int actions)
    {
        (Capacity, this.features, this.actions) = (rows, features, actions);
        (states, taken, mask) = (new float[rows * features], new float[rows * actions], new float[rows * actions]);
        (old, advantage, total, weight, imitation) = (new float[rows], new float[rows], new float[rows], new float[rows], new float[rows]);
        Inputs = new Dictionary<string, float[]>(StringComparer.Ordinal)
        {
            ["input"] = states,
            [ProximalPolicyLoss.Taken] = taken,
            [ProximalPolicyLoss.Mask] = mask,
            [ProximalPolicyLoss.OldLogProbability] = old,
            [ProximalPolicyLoss.Advantage] = advantage,
            [ProximalPolicyLoss.Return] = total,
            [ProximalPolicyLoss.Weight] = weight,
            [ProximalPolicyLoss.Imitation] = imitation,
        };
    }

    /// <summary>Rows it has room for.</summary>
    public int Capacity { get; }

    /// <summary>Rows written.</summary>
    public int Count { get; private set; }

    internal Dictionary<string, float[]> Inputs { get; }

    /// <summary>Forgets all rows.</summary>
    public void Clear()
    {
        foreach (float[] values in Inputs.Values)
            Array.Clear(values);
        Count = 0;
    }

    /// <summary>A row sampled from the policy.</summary>
    /// <param name="state">Its features.</param>
    /// <param name="available">How many actions exist: the first ones.</param>
    /// <param name="action">The one taken.</param>
    /// <param name="logProbability">Its logarithmic probability when it was sampled.</param>
    /// <param name="better">The advantage: how much better than expected it turned out.</param>
    /// <param name="result">The return, which the value is to predict.</param>
    public void AddSampled(ReadOnlySpan<float> state, int available, int action, double logProbability, double better, double result)
    {
        int row = Add(state, available, action);
        (old[row], advantage[row], total[row], weight[row]) = ((float)logProbability, (float)better, (float)result, 1);
    }

    /// <summary>A row to imitate, whoever acted.</summary>
    /// <param name="state">Its features.</param>
    /// <param name="available">How many actions exist: the first ones.</param>
    /// <param name="action">The one taken.</param>
    /// <param name="strength">How strongly; 1 = as cross-entropy.</param>
    public void AddImitated(ReadOnlySpan<float> state, int available, int action, double strength) =>
        imitation[Add(state, available, action)] = (float)strength;

    private int Add(ReadOnlySpan<float> state, int available, int action)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Count, Capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(action, available);
        int row = Count++;
        state.CopyTo(states.AsSpan(row * features, features));
        taken[(row * actions) + action] = 1;
        mask.AsSpan((row * actions) + available, actions - available).Fill(NoAction);
        return row;
    }
}
