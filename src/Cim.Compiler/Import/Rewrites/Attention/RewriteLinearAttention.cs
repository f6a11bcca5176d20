using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Attention;

/// <summary>
/// LinearAttention of opset 27 (queries, keys, values, state?, decay?, beta?), one step after the other: the state, a matrix a head,
/// decays,
/// is corrected by what it already holds of the key, takes up the outer product of key and value, and answers the query.
/// </summary>
internal sealed class RewriteLinearAttention : IOperatorRewrite
{
    /// <summary>More steps would be more nodes than a compiled model is meant for.</summary>
    private const int MaxSteps = 1024;

    public IReadOnlyList<string> Operators { get; } = ["LinearAttention"];

    public void Rewrite(RewriteContext c)
    {
        int queryHeads = checked((int)c.Attributes.Int("q_num_heads", 0)), heads = checked((int)c.Attributes.Int("kv_num_heads", 0));
        if (heads < 1 || queryHeads % heads != 0) throw c.Error($"{queryHeads} heads of queries are no multiple of {heads} heads of keys");
        string rule = c.Attributes.String("update_rule", "gated_delta");
        if (rule is not ("linear" or "gated" or "delta" or "gated_delta")) throw c.Unsupported($"the rule '{rule}' is not supported");
        string q = AttentionWriter.SplitHeads(c, c.Input(0), queryHeads), k = AttentionWriter.SplitHeads(c, c.Input(1), heads);
        string v = AttentionWriter.SplitHeads(c, c.Input(2), heads);
        Shape keys = c.ShapeOf(k);
        int steps = keys[2];
        if (steps is < 1 or > MaxSteps) throw c.Unsupported($"{steps} steps are not supported; 1 to {MaxSteps} are");

        // [batch, heads, steps, size or 1].
        string? decay = rule.StartsWith("gated", StringComparison.Ordinal) ? c.Op("Exp", [Gate(c, 4, heads)]) : null;
        string? beta = rule.EndsWith("delta", StringComparison.Ordinal) ? Gate(c, 5, heads) : null;
        float scale = c.Attributes.Float("scale", 0) is not 0 and var set ? set : (float)(1 / Math.Sqrt(c.ShapeOf(q)[3]));
        string? state = c.Has(3) ? c.Input(3) : null;
        string[] answers = new string[steps];
        for (int t = 0; t < steps; t++)
        {
            string Step(string x) => c.Slice(x, 2, t, t + 1); // [batch, heads, 1, size]
            string key = c.TransposeLast(Step(k)), value = Step(v);
            if (state is not null && decay is not null) state = c.Mul(state, c.TransposeLast(Step(decay)));
            if (beta is not null)
                value = c.Mul(Step(beta), state is null ? value : c.Sub(value, c.MatMul(Step(k), state)));
            string written = c.MatMul(key, value);
            state = state is null ? written : c.Add(state, written);
            answers[t] = c.MatMul(c.Mul(Step(q), scale), AttentionWriter.RepeatHeads(c, state, queryHeads));
        }

        c.Return(AttentionWriter.MergeHeads(c, c.Concat(2, answers)));
        if (c.IsRead(1)) c.Return(state!, 1);
    }

    /// <summary>A gate of one number a head, or one a key's dimension.</summary>
    private static string Gate(RewriteContext c, int input, int heads)
    {
        string gate = c.Input(input);
        return AttentionWriter.SplitHeads(c, gate, c.ShapeOf(gate)[2] == 1 ? 1 : heads);
    }
}
