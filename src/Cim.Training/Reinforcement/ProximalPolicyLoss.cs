using Cim.Onnx.Building;
using Cim.Training.Losses;

namespace Cim.Training.Reinforcement;

/// <summary>
/// Proximal policy optimization (Schulman et al., arXiv 1707.06347) with entropy bonus, value baseline and an imitation term.
/// The network gives [rows, actions + 1]: one logit for each action, then the value of the state. A row adds
/// weight * (-min(r A, clip(r, 1 - e, 1 + e) A) - entropy * H + (V - R)^2 / 2) - imitation * log p(a), r = p(a) / p_old(a).
/// </summary>
internal sealed class ProximalPolicyLoss(double clip, double entropyBonus) : Objective
{
    /// <summary>[rows, actions]: 1 at the action taken.</summary>
    public const string Taken = "cim_taken";

    /// <summary>[rows, actions]: 0 where an action exists, a large negative number where it does not.</summary>
    public const string Mask = "cim_mask";

    /// <summary>[rows, 1] each.</summary>
    public const string OldLogProbability = "cim_old", Advantage = "cim_advantage", Return = "cim_return", Weight = "cim_weight",
        Imitation = "cim_imitation";

    internal override string Append(GraphBuilder builder, string logits, long[] shape, ICollection<string> dataInputs)
    {
        (long rows, long actions) = (shape[0], shape[1] - 1);
        string taken = Input(builder, Taken, [rows, actions], dataInputs);
        string mask = Input(builder, Mask, [rows, actions], dataInputs);
        string old = Column(OldLogProbability),
            advantage = Column(Advantage),
            total = Column(Return),
            weight = Column(Weight),
            imitation = Column(Imitation);

        string scores = builder.Op("Add", Columns(0, actions), mask);
        string logs = builder.Op("LogSoftmax", [scores], Attributes.Int("axis", -1));
        string chosen = RowSum(builder.Op("Mul", logs, taken));
        string ratio = builder.Op("Exp", builder.Op("Sub", chosen, old));
        string free = builder.Op("Mul", ratio, advantage);
        string limited = builder.Op("Mul", builder.Op("Clip", ratio, builder.Scalar(1 - clip), builder.Scalar(1 + clip)), advantage);
        // min(a, b) = a - max(a - b, 0), because Min has no gradient rule.
        string surrogate = builder.Op("Sub", free, builder.Op("Relu", builder.Op("Sub", free, limited)));
        string negativeEntropy = RowSum(builder.Op("Mul", builder.Op("Exp", logs), logs));
        string error = builder.Op("Sub", Columns(actions, actions + 1), total);
        string row = builder.Op("Sub", builder.Op("Mul", negativeEntropy, builder.Scalar(entropyBonus)), surrogate);
        row = builder.Op("Add", row, builder.Op("Mul", builder.Op("Mul", error, error), builder.Scalar(0.5)));
        row = builder.Op("Sub", builder.Op("Mul", row, weight), builder.Op("Mul", chosen, imitation));
        return MeanOverBatch(builder, row, rows);

        string Column(string name) => Input(builder, name, [rows, 1], dataInputs);
        string Columns(long from, long to) => builder.Op("Slice", logits, builder.Ints(from), builder.Ints(to), builder.Ints(1));
        string RowSum(string value) => builder.Op("ReduceSum", [value, builder.Ints(1)], Attributes.Int("keepdims", 1));
    }
}
