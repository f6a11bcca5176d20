namespace Cim.Training.Reinforcement;

/// <summary>Rows to learn from: a state, the action taken in it, and what came of it. Rows never written weigh nothing.</summary>
public sealed class PolicyBatch
{
    /// <summary>What is added to the logit of an action that does not exist.</summary>
    public const float NoAction = -1e4f;

    private readonly int _features;
    private readonly int _actions;
    private readonly float[] _states, _taken, _mask, _old, _advantage, _total, _weight, _imitation;

    internal PolicyBatch(int rows, int features, int actions)
    {
        (Capacity, this._features, this._actions) = (rows, features, actions);
        (_states, _taken, _mask) = (new float[rows * features], new float[rows * actions], new float[rows * actions]);
        (_old, _advantage, _total, _weight, _imitation) = (
            new float[rows], new float[rows], new float[rows], new float[rows], new float[rows]);
        Inputs = new Dictionary<string, float[]>(StringComparer.Ordinal)
        {
            ["input"] = _states,
            [ProximalPolicyLoss.Taken] = _taken,
            [ProximalPolicyLoss.Mask] = _mask,
            [ProximalPolicyLoss.OldLogProbability] = _old,
            [ProximalPolicyLoss.Advantage] = _advantage,
            [ProximalPolicyLoss.Return] = _total,
            [ProximalPolicyLoss.Weight] = _weight,
            [ProximalPolicyLoss.Imitation] = _imitation,
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
        (_old[row], _advantage[row], _total[row], _weight[row]) = ((float)logProbability, (float)better, (float)result, 1);
    }

    /// <summary>A row to imitate, whoever acted.</summary>
    /// <param name="state">Its features.</param>
    /// <param name="available">How many actions exist: the first ones.</param>
    /// <param name="action">The one taken.</param>
    /// <param name="strength">How strongly; 1 = as cross-entropy.</param>
    public void AddImitated(ReadOnlySpan<float> state, int available, int action, double strength) =>
        _imitation[Add(state, available, action)] = (float)strength;

    private int Add(ReadOnlySpan<float> state, int available, int action)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(Count, Capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(action, available);
        int row = Count++;
        state.CopyTo(_states.AsSpan(row * _features, _features));
        _taken[(row * _actions) + action] = 1;
        _mask.AsSpan((row * _actions) + available, _actions - available).Fill(NoAction);
        return row;
    }
}
