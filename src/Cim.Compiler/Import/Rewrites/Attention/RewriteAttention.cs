using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Attention;

/// <summary>
/// Attention of opset 23 to 25 (Q, K, V, mask?, past key?, past value?, valid keys?), in three or four dimensions, with grouped queries,
/// soft cap, windows, and the keys and values so far as further outputs.
/// </summary>
internal sealed class RewriteAttention : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["Attention"];

    public void Rewrite(RewriteContext context)
    {
        AttributeMap a = context.Attributes;
        bool merged = context.ShapeOf(context.Input(0)).Rank == 3;
        string Heads(int input, string attribute) => merged
            ? AttentionWriter.SplitHeads(context, context.Input(input), checked((int)a.Int(attribute, 0)))
            : context.Input(input);
        string q = Heads(0, "q_num_heads"), k = Heads(1, "kv_num_heads"), v = Heads(2, "kv_num_heads");
        int past = context.Has(4) ? context.ShapeOf(context.Input(4))[2] : 0;
        if (context.Has(4)) k = context.Concat(2, context.Input(4), k);
        if (context.Has(5)) v = context.Concat(2, context.Input(5), v);
        (string presentKey, string presentValue) = (k, v);
        Shape queries = context.ShapeOf(q), keys = context.ShapeOf(k);
        k = AttentionWriter.RepeatHeads(context, k, queries[1]);
        v = AttentionWriter.RepeatHeads(context, v, queries[1]);

        float scale = a.Has("scale") ? a.Float("scale", 1) : (float)(1 / Math.Sqrt(queries[3])), cap = a.Float("softcap", 0);
        string raw = AttentionWriter.Scores(context, q, k, scale);
        string capped = cap > 0 ? context.Mul(context.Op("Tanh", [context.Mul(raw, 1 / cap)]), cap) : raw;
        string mask = AttentionMask.Write(context, queries, keys, past), masked = mask.Length > 0 ? context.Add(capped, mask) : capped;
        string weights = AttentionWriter.Softmax(context, masked);
        if (mask.Length > 0) weights = AttentionMask.ZeroWhereNothingIsSeen(context, weights, mask);
        string y = context.MatMul(weights, v);
        context.Return(merged ? AttentionWriter.MergeHeads(context, y) : y);
        if (context.IsRead(1)) context.Return(presentKey, 1);
        if (context.IsRead(2)) context.Return(presentValue, 2);
        if (!context.IsRead(3)) return;
        context.Return(a.Int("qk_matmul_output_mode", 0) switch
        {
            0 => raw,
            1 => capped,
            2 => masked,
            _ => weights,
        }, 3);
    }
}
