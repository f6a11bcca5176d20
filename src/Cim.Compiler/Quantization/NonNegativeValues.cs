using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Quantization;

/// <summary>Tells which values can never be negative, from the operators that make them: those are quantized unsigned.</summary>
internal sealed class NonNegativeValues(GraphTopology topology)
{
    private readonly Dictionary<string, bool> _known = new(StringComparer.Ordinal);

    public bool Contains(string value)
    {
        if (_known.TryGetValue(value, out bool known)) return known;
        bool result = Decide(value);
        _known[value] = result;
        return result;
    }

    private bool Decide(string value)
    {
        Graph graph = topology.Graph;
        if (graph.Constants.TryGetValue(value, out Tensor? constant))
            return constant.Type == ElementType.Float32
                && !constant.Span<float>().ContainsAnyInRange(float.NegativeInfinity, -float.Epsilon);
        Node? node = topology.Producer(value);
        if (node is null) return false;
        return node.Op switch
        {
            "Relu" or "Sigmoid" or "HardSigmoid" or "Softmax" or "Exp" or "Sqrt" or "Abs" => true,
            "Clip" => node.Inputs.Length > 1 && graph.Constants.TryGetValue(node.Inputs[1], out Tensor? low)
                && low.Type == ElementType.Float32 && low.Length == 1 && low.Span<float>()[0] >= 0,
            "AveragePool" or "GlobalAveragePool" or "ReduceMean" or "ReduceSum" or "ReduceMax" => Contains(node.Inputs[0]),
            "Resize" => node.Attributes.String("mode", "nearest") != "cubic" && Contains(node.Inputs[0]),
            "Add" or "Mul" or "Min" => node.Inputs.All(Contains),
            "Max" => node.Inputs.Any(Contains),
            "QuantizeLinear" => Contains(node.Inputs[0]),
            "DequantizeLinear" =>
                QuantizerNodes.Read(graph, node) is { Signed: false, ZeroPoint: 0 }
                || (QuantizerNodes.Read(graph, node) is not null && Contains(node.Inputs[0])),
            _ => MovementOperators.DataInputs(graph, node) is { } inputs && inputs.All(Contains),
        };
    }
}
