using Cim.Compiler.Import.Rewrites.Attention;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Microsoft;

/// <summary>
/// Attention of ONNX Runtime (x, weights, bias?, mask?, past?, added?): queries, keys and values are one product with the weights,
/// which runs on crossbars.
/// </summary>
internal sealed class RewriteMicrosoftAttention : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["com.microsoft.Attention"];

    public void Rewrite(RewriteContext context)
    {
        AttributeMap a = context.Attributes;
        if (context.Has(4) || context.IsRead(1)) throw context.Unsupported("past keys and values are not supported");
        int heads = checked((int)a.Int("num_heads", 0)), all = context.ShapeOf(context.Input(1))[1];
        long[] sizes = a.Ints("qkv_hidden_sizes") is { IsDefaultOrEmpty: false } given ? [.. given] : [all / 3, all / 3, all / 3];
        string projected = context.MatMul(context.Input(0), context.Input(1));
        if (context.Has(2)) projected = context.Add(projected, context.Input(2));
        string Part(int index) => AttentionWriter.SplitHeads(context,
            context.Slice(projected, 2, sizes.Take(index).Sum(), sizes.Take(index + 1).Sum()), heads);
        string q = Part(0), k = Part(1), v = Part(2);
        Shape shape = context.ShapeOf(q);
        float scale = a.Float("scale", 0) is not 0 and var set ? set : (float)(1 / Math.Sqrt(shape[3]));
        string scores = AttentionWriter.Scores(context, q, k, scale);
        if (context.Has(5)) scores = context.Add(scores, context.Input(5));
        if (context.Has(3)) scores = context.Add(scores, MicrosoftMask.Write(context, context.Input(3), shape[2]));
        if (a.Int("unidirectional", 0) != 0) scores = context.Add(scores, AttentionWriter.Causal(context, shape[2], shape[2], 0));
        context.Return(AttentionWriter.MergeHeads(context, context.MatMul(AttentionWriter.Softmax(context, scores), v)));
    }
}
