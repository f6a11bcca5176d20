using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Runtime;

namespace Cim.Training.Differentiation;

/// <summary>
/// Reverse-mode differentiation of an ONNX graph: appends nodes that compute the gradient of a scalar with respect to
/// chosen values (Griewank and Walther, Evaluating Derivatives, 2008, chapter 3).
/// </summary>
internal sealed class Differentiator(GradientRules rules)
{
    /// <summary>Appends the gradients of <paramref name="loss"/>.</summary>
    /// <param name="graph">The graph; gradient nodes are appended to its lowered form.</param>
    /// <param name="loss">A scalar value of the graph.</param>
    /// <param name="with">Names of the values (initializers or inputs) to differentiate for.</param>
    /// <param name="floatType">FLOAT or DOUBLE.</param>
    /// <returns>For each entry of <paramref name="with"/> the name of its gradient, or null if the loss does not depend on it.</returns>
    /// <exception cref="CimException"><see cref="ErrorCodes.NotDifferentiable"/>: nodes without a rule; all of them are named.</exception>
    public IReadOnlyList<string?> Append(
        DifferentiableGraph graph,
        string loss,
        IReadOnlyList<string> with,
        TensorProto.Types.DataType floatType = TensorProto.Types.DataType.Float)
    {
        GraphProto forward = graph.Composite;
        var builder = new GraphBuilder(graph.Lowered, floatType);
        HashSet<string> needed = Reached(forward, with);
        HashSet<string> useful = Contributing(forward, loss);
        Dictionary<string, TensorProto> constants = forward.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var state = new DifferentiationState { Builder = builder, Shapes = graph.Shapes, Constants = constants, Needed = needed };
        List<NodeProto> nodes =
        [
            .. forward.Node.Where(node =>
                !GradientRules.IsWhole(node) && node.Input.Any(needed.Contains) && node.Output.Any(useful.Contains)),
        ];
        CheckRules(nodes);

        state.AddGradient(loss, builder.Op("Expand", builder.Scalar(1), builder.Ints(graph.Shapes[loss])));
        for (int i = nodes.Count - 1; i >= 0; i--)
        {
            NodeProto node = nodes[i];
            if (node.Output.Any(output => state.Gradient(output) is not null))
                rules.For(node)!.Differentiate(new GradientContext(state, node));
        }

        return [.. with.Select(state.Gradient)];
    }

    private void CheckRules(List<NodeProto> nodes)
    {
        List<NodeProto> missing = [.. nodes.Where(node => rules.For(node) is null)];
        if (missing.Count == 0)
            return;
        string list = string.Join(", ", missing.Select(node => $"{node.OpType} '{GradientContext.Describe(node)}'"));
        throw new CimException(
            ErrorCodes.NotDifferentiable,
            $"No gradient rule for: {list}. Replace these operators, or freeze the parameters in front of them.");
    }

    private static HashSet<string> Reached(GraphProto graph, IReadOnlyList<string> sources)
    {
        var reached = new HashSet<string>(sources, StringComparer.Ordinal);
        foreach (NodeProto node in graph.Node)
        {
            if (node.Input.Any(reached.Contains) && !GradientRules.StopsGradient(node))
                reached.UnionWith(node.Output);
        }

        return reached;
    }

    private static HashSet<string> Contributing(GraphProto graph, string loss)
    {
        var contributing = new HashSet<string>(StringComparer.Ordinal) { loss };
        for (int i = graph.Node.Count - 1; i >= 0; i--)
        {
            if (graph.Node[i].Output.Any(contributing.Contains))
                contributing.UnionWith(graph.Node[i].Input);
        }

        return contributing;
    }
}
