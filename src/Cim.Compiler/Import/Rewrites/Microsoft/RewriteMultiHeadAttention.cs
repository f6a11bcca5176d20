using Cim.Compiler.Import.Rewrites.Attention;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Microsoft;

/// <summary>MultiHeadAttention of ONNX Runtime (queries, keys, values, bias?, mask?, added?) of [batch, length, size].</summary>
internal sealed class RewriteMultiHeadAttention : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["com.microsoft.MultiHeadAttention"];

    public void Rewrite(RewriteContext context)
    {
        AttributeMap a = context.Attributes;
        if (context.Has(6) || context.Has(7) || context.IsRead(1)) throw context.Unsupported("past keys and values are not supported");
        if (!context.Has(1) || !context.Has(2) || context.ShapeOf(context.Input(1)).Rank != 3
            || context.ShapeOf(context.Input(2)).Rank != 3)
            throw context.Unsupported("packed queries, keys and values are not supported");
        int heads = checked((int)a.Int("num_heads", 0));
        long from = 0;
        string Part(int input)
        {
            string x = context.Input(input);
            int size = context.ShapeOf(x)[2];
            if (context.Has(3)) x = context.Add(x, context.Slice(context.Input(3), 0, from, from + size));
            from += size;
            return AttentionWriter.SplitHeads(context, x, heads);
        }

        string q = Part(0), k = Part(1), v = Part(2);
        float scale = a.Float("scale", 0) is not 0 and var set ? set : (float)(1 / Math.Sqrt(context.ShapeOf(q)[3]));
        string scores = AttentionWriter.Scores(context, q, k, scale);
        if (context.Has(5)) scores = context.Add(scores, context.Input(5));
        Shape keys = context.ShapeOf(k);
        if (context.Has(4)) scores = context.Add(scores, MicrosoftMask.Write(context, context.Input(4), keys[2]));
        if (a.Int("unidirectional", 0) != 0)
            scores = context.Add(scores, AttentionWriter.Causal(context, context.ShapeOf(q)[2], keys[2], keys[2] - context.ShapeOf(q)[2]));
        context.Return(AttentionWriter.MergeHeads(context, context.MatMul(AttentionWriter.Softmax(context, scores), v)));
    }
}
