using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Control;

/// <summary>If on a condition that does not depend on the data: the branch it chooses.</summary>
internal sealed class RewriteIf : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["If"];

    public void Rewrite(RewriteContext context)
    {
        if (context.Constant(context.Input(0)) is not { Type: ElementType.Bool, Length: 1 } condition)
            throw context.Unsupported("the condition must be known when the model is compiled (a constant, or computed from shapes); it is "
                + "computed from the data");
        string branch = condition.Data.Span[0] != 0 ? "then_branch" : "else_branch";
        if (context.Attributes.Values.GetValueOrDefault(branch) is not Subgraph graph) throw context.Error($"it has no {branch}");
        ImmutableArray<string> results = SubgraphWriter.Inline(context, graph, [], context.Node.Name);
        for (int i = 0; i < results.Length; i++) context.Return(results[i], i);
    }
}
