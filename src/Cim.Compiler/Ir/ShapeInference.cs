using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Operators;
using Cim.Runtime.Operators.Catalog;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>
/// Types and shapes of all values, found by asking the runtime's own operators: the graph is bound to two batch sizes and
/// every dimension solved as a constant or a multiple of the batch. Values that are known under a batch (shapes computed by
/// Shape, Gather, Concat ...) are computed on the way, so that what is reshaped by them has a shape too.
/// </summary>
internal static class ShapeInference
{
    internal const int FirstBatch = 2, SecondBatch = 3;

    /// <summary>Values up to this size are computed while shapes are inferred; weights are folded by their own pass.</summary>
    private const int MaxKnownBytes = 1 << 16;

    /// <summary>The graph with <see cref="Graph.Values"/> complete; types and shapes of the inputs are taken from it.</summary>
    /// <exception cref="CimException">CIM0004: inputs of an operator do not fit it, or a dimension is not linear in the batch.</exception>
    public static Graph Infer(Graph graph) => graph with { Values = Solve(graph).Values };

    /// <summary>Small values that are the same whatever the inputs and the batch are.</summary>
    public static IReadOnlyDictionary<string, Tensor> KnownValues(Graph graph) => Solve(graph).Known;

    private static (ImmutableDictionary<string, ValueInfo> Values, Dictionary<string, Tensor> Known) Solve(Graph graph)
    {
        var operators = new Dictionary<string, Operator>(StringComparer.Ordinal);
        Dictionary<string, TensorInfo> first = Bind(graph, FirstBatch, operators);
        Dictionary<string, TensorInfo> second = graph.HasSymbolicBatch ? Bind(graph, SecondBatch, operators) : first;

        var values = ImmutableDictionary.CreateBuilder<string, ValueInfo>(StringComparer.Ordinal);
        var known = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach ((string name, TensorInfo a) in first)
        {
            TensorInfo b = second[name];
            values[name] = new ValueInfo(a.Type, Solve(name, a.Shape, b.Shape));
            if (a.Constant is { } value && b.Constant is { } same
                && (ReferenceEquals(value, same) || value.Data.Span.SequenceEqual(same.Data.Span)))
                known[name] = value;
        }

        return (values.ToImmutable(), known);
    }

    /// <summary>Types, shapes and known values for one batch size.</summary>
    public static Dictionary<string, TensorInfo> Bind(Graph graph, int batch, Dictionary<string, Operator>? operators = null)
    {
        operators ??= new Dictionary<string, Operator>(StringComparer.Ordinal);
        var values = new Dictionary<string, TensorInfo>(StringComparer.Ordinal);
        foreach (string input in graph.Inputs)
            values[input] = new TensorInfo(graph.Values[input].Type, graph.Values[input].Shape.Bind(batch));
        foreach ((string name, Tensor constant) in graph.Constants) values[name] = TensorInfo.Of(constant);
        foreach (Node node in graph.Nodes) Bind(node, values, operators);
        return values;
    }

    /// <summary>Types, shapes and known values of one node's outputs, added to <paramref name="values"/>.</summary>
    public static void Bind(Node node, Dictionary<string, TensorInfo> values, Dictionary<string, Operator> operators)
    {
        var inputs = new TensorInfo?[node.Inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
            if (node.Inputs[i].Length > 0)
                inputs[i] = values.GetValueOrDefault(node.Inputs[i]) ?? throw new CimException(ErrorCodes.InvalidGraph,
                    $"The graph is inconsistent: node '{node.Name}' ({node.Op}) reads '{node.Inputs[i]}', which nothing defines. Export "
                        + $"the model again.");

        if (!operators.TryGetValue(node.Name, out Operator? op))
            operators[node.Name] = op = OperatorCatalog.Create(node.Op, node.Attributes, node.Name);
        Kernel kernel = op.Bind(inputs);
        Tensor[]? known = Evaluate(kernel, inputs);
        for (int i = 0; i < node.Outputs.Length; i++)
        {
            if (node.Outputs[i].Length == 0) continue;
            if (i >= kernel.Outputs.Length) throw op.Error($"it has {node.Outputs.Length} outputs, {kernel.Outputs.Length} are supported.");
            values[node.Outputs[i]] = known is null ? kernel.Outputs[i] : TensorInfo.Of(known[i]);
        }
    }

    private static Tensor[]? Evaluate(Kernel kernel, TensorInfo?[] inputs)
    {
        if (kernel.Outputs.All(o => o.Constant is not null)) return null;
        if (inputs.Any(i => i is not null && i.Constant is null) || kernel.Outputs.Any(o => o.Bytes > MaxKnownBytes)) return null;
        if (inputs.Any(i => i is not null && i.Bytes > MaxKnownBytes)) return null;
        var data = new ReadOnlyMemory<byte>[inputs.Length];
        for (int i = 0; i < data.Length; i++) data[i] = inputs[i]?.Constant?.Data ?? default;
        return DigitalEvaluator.Evaluate(kernel, data);
    }

    /// <summary>The shape that is <paramref name="first"/> for one batch size and <paramref name="second"/> for the other.</summary>
    public static Shape Solve(string name, Shape first, Shape second)
    {
        if (first == second) return first;
        CimException NotLinear() => new(ErrorCodes.InvalidGraph,
            $"Value '{name}' has shape {first} for a batch of {FirstBatch} and {second} for a batch of {SecondBatch}: no dimension may "
                + $"depend on the batch other than as a multiple. Export the model with a fixed batch.");
        if (first.Rank != second.Rank) throw NotLinear();
        int[] dims = new int[first.Rank];
        for (int i = 0; i < dims.Length; i++)
        {
            if (first[i] == second[i]) dims[i] = first[i];
            else if (first[i] % FirstBatch == 0 && second[i] % SecondBatch == 0 && first[i] / FirstBatch == second[i] / SecondBatch)
                dims[i] = -(first[i] / FirstBatch);
            else throw NotLinear();
        }

        return new Shape(dims);
    }
}
