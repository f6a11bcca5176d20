using System.Collections.Immutable;
using System.Globalization;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Control;

/// <summary>Loop whose number of rounds does not depend on the data: its body, written once a round.</summary>
internal sealed class RewriteLoop : IOperatorRewrite
{
    /// <summary>More rounds would be more nodes than a compiled model is meant for.</summary>
    private const int MaxRounds = 4096;

    public IReadOnlyList<string> Operators { get; } = ["Loop"];

    public void Rewrite(RewriteContext context)
    {
        if (context.Attributes.Values.GetValueOrDefault("body") is not Subgraph body) throw context.Error("it has no body");
        long rounds = !context.Has(0) ? long.MaxValue
            : context.Constant(context.Input(0)) is { Length: 1 } ? context.Integers(context.Input(0), "the number of rounds")[0]
            : throw DependsOnData(context);
        string condition = context.Optional(1);
        int states = context.Node.Inputs.Length - 2;
        string[] state = [.. context.Node.Inputs.Skip(2)];
        var scans = new List<string>[Math.Max(0, body.Graph.Output.Count - 1 - states)];
        for (int i = 0; i < scans.Length; i++) scans[i] = [];
        for (long round = 0; round < rounds && IsTrue(context, condition); round++)
        {
            if (round == MaxRounds) throw context.Unsupported($"it has more than {MaxRounds} rounds");
            if (condition.Length == 0)
                condition = context.Constant("condition", new Tensor(ElementType.Bool, Shape.Scalar, new byte[] { 1 }));
            ImmutableArray<string> results = SubgraphWriter.Inline(context, body, [context.Scalar(round), condition, .. state],
                string.Create(CultureInfo.InvariantCulture, $"{context.Node.Name}_{round}"));
            if (results.Length < 1 + states) throw context.Error("its body has too few outputs");
            (condition, state) = (results[0], [.. results.Skip(1).Take(states)]);
            for (int i = 0; i < scans.Length; i++) scans[i].Add(context.Unsqueeze(results[1 + states + i], 0));
        }

        for (int i = 0; i < scans.Length; i++)
        {
            if (scans[i].Count > 0) context.Return(context.Concat(0, [.. scans[i]]), states + i);
            else if (context.IsRead(states + i)) throw context.Unsupported("a loop of no rounds with a collected output");
        }

        for (int i = 0; i < states; i++) context.Return(state[i], i);
    }

    private static bool IsTrue(RewriteContext context, string condition) =>
        condition.Length == 0 || (context.Constant(condition) is { Type: ElementType.Bool, Length: 1 } value
            ? value.Data.Span[0] != 0 : throw DependsOnData(context));

    private static CimException DependsOnData(RewriteContext context) =>
        context.Unsupported("the number of rounds must be known when the model is compiled (a constant, or computed from shapes); it is "
            + "computed from the data");
}
