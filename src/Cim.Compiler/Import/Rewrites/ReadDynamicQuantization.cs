using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites;

/// <summary>
/// Products that ONNX Runtime's dynamic quantization wrote (DynamicQuantizeLinear, ConvInteger or MatMulInteger with constant weights,
/// Cast, Mul by both scales) become Conv and MatMul of the real input with pre-quantized weights: on arrays the range of
/// the input is calibrated, not measured anew for each input.
/// </summary>
internal sealed class ReadDynamicQuantization
{
    private readonly ImmutableDictionary<string, Tensor> _constants;
    private readonly Dictionary<string, Node> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<Node>> _readers = new(StringComparer.Ordinal);

    private readonly HashSet<string> _outputs;

    private ReadDynamicQuantization(Graph graph)
    {
        (_constants, _outputs) = (graph.Constants, new(graph.Outputs, StringComparer.Ordinal));
        ImmutableArray<Node> nodes = graph.Nodes;
        foreach (Node node in nodes)
        {
            foreach (string output in node.Outputs) _producers[output] = node;
            foreach (string input in node.Inputs.Distinct())
            {
                if (!_readers.TryGetValue(input, out List<Node>? readers)) _readers.Add(input, readers = []);
                readers.Add(node);
            }
        }
    }

    /// <summary>The nodes with such products replaced; others stay for <see cref="OperatorRewrites"/>.</summary>
    public static ImmutableArray<Node> Run(Graph graph)
    {
        ImmutableArray<Node> nodes = graph.Nodes;
        if (!nodes.Any(n => n.Op == "DynamicQuantizeLinear")) return nodes;
        var reader = new ReadDynamicQuantization(graph);
        var replaced = new Dictionary<string, ImmutableArray<Node>>(StringComparer.Ordinal);
        foreach (Node node in nodes)
            if (node.Op is "ConvInteger" or "MatMulInteger" && reader.Read(node) is var (product, last))
                replaced[last] = product;
        return [.. nodes.SelectMany(n => replaced.TryGetValue(n.Name, out ImmutableArray<Node> by) ? by : [n])];
    }

    /// <summary>The nodes that replace the last multiplication, and its name.</summary>
    private (ImmutableArray<Node> Product, string Last)? Read(Node node)
    {
        if (!_producers.TryGetValue(node.Inputs[0], out Node? quantize) || quantize.Op != "DynamicQuantizeLinear") return null;
        if (quantize.Outputs.Length < 3 || node.Inputs.Length < 3 || node.Inputs[2] != quantize.Outputs[2]) return null;
        if (!_constants.TryGetValue(node.Inputs[1], out Tensor? weights)) return null;
        if (OnlyReader(node.Outputs[0]) is not { Op: "Cast" } cast || cast.Attributes.Int("to", 0) != (long)ElementType.Float32)
            return null;
        string value = cast.Outputs[0];
        string? weightScale = null;
        bool scaled = false;
        Node last = cast;
        while (!scaled || weightScale is null)
        {
            if (OnlyReader(value) is not { Op: "Mul" } mul) break;
            string factor = mul.Inputs[mul.Inputs[0] == value ? 1 : 0];
            if (factor == quantize.Outputs[1] && !scaled) scaled = true;
            else if (_constants.ContainsKey(factor) && weightScale is null) weightScale = factor;
            else if (!scaled && weightScale is null && BothScales(factor, quantize.Outputs[1]) is { } found)
                (scaled, weightScale) = (true, found);
            else break;
            (value, last) = (mul.Outputs[0], mul);
        }

        if (!scaled || weightScale is null || Axis(node, weights, _constants[weightScale]) is not { } axis) return null;
        string zero = node.Inputs.Length > 3 ? node.Inputs[3] : "";
        string real = node.Outputs[0] + "_weights";
        bool convolution = node.Op == "ConvInteger";
        return ([
            new Node("com.microsoft.DequantizeLinear", node.Name + "_weights",
                zero.Length > 0 ? [node.Inputs[1], weightScale, zero] : [node.Inputs[1], weightScale], [real],
                AttributeMap.Empty.With("axis", axis)),
            new Node(convolution ? "Conv" : "MatMul", node.Name, [quantize.Inputs[0], real], [value], node.Attributes),
        ], last.Name);
    }

    /// <summary>The axis of the weights' scales, or null if they cannot be read as such.</summary>
    private static int? Axis(Node node, Tensor weights, Tensor scale)
    {
        int axis = node.Op == "ConvInteger" ? 0 : weights.Shape.Rank - 1;
        return scale.Type == ElementType.Float32 && (scale.Length == 1 || scale.Length == weights.Shape[axis]) ? axis : null;
    }

    private string? BothScales(string factor, string inputScale) =>
        !_producers.TryGetValue(factor, out Node? mul) || mul.Op != "Mul" ? null
        : mul.Inputs[0] == inputScale && _constants.ContainsKey(mul.Inputs[1]) ? mul.Inputs[1]
        : mul.Inputs[1] == inputScale && _constants.ContainsKey(mul.Inputs[0]) ? mul.Inputs[0] : null;

    private Node? OnlyReader(string value) =>
        !_outputs.Contains(value) && _readers.TryGetValue(value, out List<Node>? readers) && readers.Count == 1 ? readers[0] : null;
}
