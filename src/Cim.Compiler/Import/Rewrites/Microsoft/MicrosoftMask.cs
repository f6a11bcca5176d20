using Cim.Compiler.Import.Rewrites.Attention;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Microsoft;

/// <summary>The masks of ONNX Runtime's attention: seen keys as [batch, keys] or [batch, queries, keys], or how many are seen as
/// [batch].</summary>
internal static class MicrosoftMask
{
    /// <summary>A summand [batch, 1, 1 or queries, keys].</summary>
    public static string Write(RewriteContext context, string mask, int keys)
    {
        Shape shape = context.ShapeOf(mask);
        switch (shape.Rank)
        {
            case 1:
                string position = context.Constant("position", Tensor.Create<long>(new Shape(keys), Counter.Values(keys)));
                string count = context.Reshape(context.Cast(mask, ElementType.Int64), [shape[0], 1, 1, 1]);
                return AttentionWriter.FromSeen(context, context.Op("Less", [position, count]));
            case 2: return AttentionWriter.FromSeen(context, context.Unsqueeze(mask, 1, 2));
            case 3: return AttentionWriter.FromSeen(context, context.Unsqueeze(mask, 1));
            default: throw context.Unsupported($"a mask of shape {shape} is not supported");
        }
    }
}
