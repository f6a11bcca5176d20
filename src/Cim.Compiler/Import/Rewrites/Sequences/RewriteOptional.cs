using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Sequences;

/// <summary>Optional, OptionalGetElement, OptionalHasElement of values that are there: the value itself.</summary>
internal sealed class RewriteOptional : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["Optional", "OptionalGetElement", "OptionalHasElement"];

    public void Rewrite(RewriteContext context)
    {
        if (context.Node.Op == "OptionalHasElement")
            context.Return(
                context.Constant("present", new Tensor(ElementType.Bool, Shape.Scalar, new[] { context.Has(0) ? (byte)1 : (byte)0 })));
        else if (context.Has(0))
            context.Return(context.Input(0));
        else
            throw context.Unsupported("an optional value that is absent is not supported; export the model without it");
    }
}
