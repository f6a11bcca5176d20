using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Shapes;

/// <summary>Compress with a constant condition: Gather of the indices it chooses.</summary>
internal sealed class RewriteCompress : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["Compress"];

    public void Rewrite(RewriteContext context)
    {
        if (context.Constant(context.Input(1)) is not { Type: ElementType.Bool } condition)
            throw context.Unsupported("input 1 ('condition') must be known when the model is compiled, since the shape of the result "
                + "follows from it; it is computed from the data");
        byte[] chosen = condition.Data.ToArray();
        long[] indices = [.. Enumerable.Range(0, chosen.Length).Where(i => chosen[i] != 0)];
        string x = context.Input(0);
        bool flat = !context.Attributes.Has("axis");
        if (flat) x = context.Reshape(x, context.ShapeOf(x).Product(context, 0, context.ShapeOf(x).Rank));
        context.Return(context.Op("Gather", [x, context.Longs(indices)],
            AttributeMap.Empty.With("axis", flat ? 0 : context.Attributes.Int("axis", 0))));
    }
}
