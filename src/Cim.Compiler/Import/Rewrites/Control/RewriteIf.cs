using System.Collections.Immutable;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Control;

/// <summary>
/// If: the branch that a condition known at import chooses. Where the condition depends on the data, both branches are written and Where
/// chooses between their results, which must have the same types and shapes.
/// </summary>
internal sealed class RewriteIf : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["If"];

    public void Rewrite(RewriteContext context)
    {
        string condition = context.Input(0);
        if (context.TypeOf(condition) != ElementType.Bool || !context.ShapeOf(condition).IsSingle())
            throw context.Error($"its condition is {context.TypeOf(condition)}{context.ShapeOf(condition)}, one Bool is needed");
        ImmutableArray<string> results = context.Constant(condition) is { } known
            ? Branch(context, known.Data.Span[0] != 0 ? "then_branch" : "else_branch")
            : Both(context, condition);
        for (int i = 0; i < results.Length; i++) context.Return(results[i], i);
    }

    private static ImmutableArray<string> Branch(RewriteContext context, string name) =>
        context.Attributes.Values.GetValueOrDefault(name) is Subgraph graph
            ? SubgraphWriter.Inline(context, graph, [], $"{context.Node.Name}_{name}")
            : throw context.Error($"it has no {name}");

    private static ImmutableArray<string> Both(RewriteContext context, string condition)
    {
        ImmutableArray<string> then, otherwise;
        try
        {
            (then, otherwise) = (Branch(context, "then_branch"), Branch(context, "else_branch"));
        }
        catch (CimException e) when (e.Code is ErrorCodes.InvalidGraph or ErrorCodes.UnsupportedOperators)
        {
            throw DependsOnData(context, e.Code, $"both branches are needed, and one cannot be written out: {e.Message.TrimEnd('.')}");
        }

        // A condition of rank one would give a scalar result another shape.
        if (context.ShapeOf(condition).Rank > 0) condition = context.Reshape(condition);
        var results = ImmutableArray.CreateBuilder<string>();
        for (int i = 0; i < Math.Min(then.Length, otherwise.Length); i++)
        {
            if (context.Writer.Sequence(then[i]) is not null || context.Writer.Sequence(otherwise[i]) is not null)
                throw DependsOnData(context, ErrorCodes.UnsupportedOperators, $"output {i} is a sequence");
            if (context.ShapeOf(then[i]) != context.ShapeOf(otherwise[i]) || context.TypeOf(then[i]) != context.TypeOf(otherwise[i]))
                throw DependsOnData(context, ErrorCodes.UnsupportedOperators,
                    $"output {i} is {context.TypeOf(then[i])}{context.ShapeOf(then[i])} in one branch and "
                    + $"{context.TypeOf(otherwise[i])}{context.ShapeOf(otherwise[i])} in the other");
            results.Add(context.Op("Where", [condition, then[i], otherwise[i]], AttributeMap.Empty));
        }

        return results.ToImmutable();
    }

    private static CimException DependsOnData(RewriteContext context, string code, string problem)
    {
        string[] settings = [.. context.Writer.SingleIntegers.Select(i => $"{i}=...")];
        MessageText cure = $"export the model with one of the branches";
        if (settings.Length > 0)
            cure = $"set the value of the input that decides it ({OptionTable.Dim.With(settings[0])}), or export one of the branches";
        return OptionError.Of(code,
            $"Node '{context.Node.Name}' (If): its condition is computed from the data, and {problem}; {cure}.");
    }
}
