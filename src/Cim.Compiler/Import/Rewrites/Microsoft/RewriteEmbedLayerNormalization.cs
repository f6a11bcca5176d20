using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Microsoft;

/// <summary>
/// EmbedLayerNormalization of ONNX Runtime (ids, segments?, word, position and segment embeddings, gamma, beta, mask?, positions?):
/// the sum of the embeddings, normalised; the second output counts the tokens of the mask, the third is the sum.
/// </summary>
internal sealed class RewriteEmbedLayerNormalization : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["com.microsoft.EmbedLayerNormalization"];

    public void Rewrite(RewriteContext context)
    {
        string ids = context.Input(0);
        int length = context.ShapeOf(ids)[1];
        string sum = context.Op("Gather", [context.Input(2), ids]);
        sum = context.Add(sum, context.Has(8) ? context.Op("Gather", [context.Input(3), context.Input(8)])
            : context.Slice(context.Input(3), 0, 0, length));
        if (context.Has(1) && context.Has(4)) sum = context.Add(sum, context.Op("Gather", [context.Input(4), context.Input(1)]));
        AttributeMap attributes = AttributeMap.Empty.With("axis", -1).With("epsilon", context.Attributes.Float("epsilon", 1e-12f));
        context.Return(context.Op("LayerNormalization", [sum, context.Input(5), context.Input(6)], attributes));
        if (context.IsRead(1))
        {
            if (!context.Has(7)) throw context.Unsupported("the output of mask lengths without a mask is not supported");
            context.Return(context.Cast(context.ReduceSum(context.Cast(context.Input(7), ElementType.Float32), keep: false, 1),
                ElementType.Int32), 1);
        }

        if (context.IsRead(2)) context.Return(sum, 2);
    }
}
