using Cim.Runtime;
using Cim.Runtime.Operators;
using Cim.Runtime.Operators.Catalog;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>
/// Types and shapes of a graph that is still being written, node after node: what <see cref="ShapeInference"/> finds for a
/// finished one.
/// </summary>
internal sealed class GrowingShapes
{
    private readonly Dictionary<string, TensorInfo> _first = new(StringComparer.Ordinal), _second;
    private readonly Dictionary<string, Operator> _operators = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Node> _producers = new(StringComparer.Ordinal);

    /// <param name="graph">Its inputs, with their types and shapes, and its constants.</param>
    public GrowingShapes(Graph graph)
    {
        _second = graph.HasSymbolicBatch ? new(StringComparer.Ordinal) : _first;
        foreach (string input in graph.Inputs)
        {
            ValueInfo info = graph.Values[input];
            _first[input] = new TensorInfo(info.Type, info.Shape.Bind(ShapeInference.FirstBatch));
            _second[input] = new TensorInfo(info.Type, info.Shape.Bind(
                graph.HasSymbolicBatch ? ShapeInference.SecondBatch : ShapeInference.FirstBatch));
        }

        foreach ((string name, Tensor value) in graph.Constants) Add(name, value);
    }

    public bool Knows(string value) => _first.ContainsKey(value);

    /// <summary>Type and shape of a value that is already written.</summary>
    public ValueInfo Info(string value) => _first.TryGetValue(value, out TensorInfo? first)
        ? new ValueInfo(first.Type, ShapeInference.Solve(value, first.Shape, _second[value].Shape))
        : throw new CimException(ErrorCodes.InvalidGraph,
            $"The graph is inconsistent: a node reads '{value}', which nothing defines. Export the model again.");

    /// <summary>A value that depends neither on the inputs nor on the batch, or null.</summary>
    public Tensor? Constant(string value)
    {
        if (!_first.TryGetValue(value, out TensorInfo? first)) return null;
        if (first.Constant is { } known)
            return _second[value].Constant is { } same && (ReferenceEquals(known, same) || known.Data.Span.SequenceEqual(same.Data.Span))
                ? known
                : null;

        // What is too large to be computed along with shapes: weights that were transposed, cast or dequantized.
        if (!_producers.TryGetValue(value, out Node? node)) return null;
        Tensor?[] inputs = [.. node.Inputs.Select(i => i.Length == 0 ? null : Constant(i))];
        if (node.Inputs.Where((name, i) => name.Length > 0 && inputs[i] is null).Any()) return null;
        Tensor[] results = DigitalEvaluator.Evaluate(node.Op, node.Attributes, inputs, node.Name);
        Tensor result = results[node.Outputs.IndexOf(value)];
        _first[value] = _second[value] = TensorInfo.Of(result);
        return result;
    }

    public void Add(string name, Tensor constant) => _first[name] = _second[name] = TensorInfo.Of(constant);

    /// <summary>Adds the outputs of a node whose inputs are known.</summary>
    /// <exception cref="CimException">CIM0004: the inputs do not fit the operator.</exception>
    public void Add(Node node)
    {
        ShapeInference.Bind(node, _first, _operators);
        if (!ReferenceEquals(_first, _second)) ShapeInference.Bind(node, _second, _operators);
        foreach (string output in node.Outputs)
            if (output.Length > 0) _producers[output] = node;
    }

    /// <summary>A value goes by another name from now on.</summary>
    public void Rename(string value, string name)
    {
        (_first[name], _second[name]) = (_first[value], _second[value]);
        if (_producers.Remove(value, out Node? node))
            _producers[name] = node with { Outputs = node.Outputs.Replace(value, name) };
    }
}
