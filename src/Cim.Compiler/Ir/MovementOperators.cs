using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>
/// Operators whose every output element is one of the input elements, or a zero. Quantization commutes with them, so
/// integers flow through: Q(op(x)) = op(Q(x)).
/// </summary>
internal static class MovementOperators
{
    /// <summary>The inputs whose elements are moved, or null if the operator is none of these.</summary>
    public static ImmutableArray<string>? DataInputs(Graph graph, Node node) => node.Op switch
    {
        "MaxPool" => node.Outputs.Length == 1 || node.Outputs[1..].All(o => o.Length == 0) ? [node.Inputs[0]] : null,
        "GlobalMaxPool" or "Reshape" or "Flatten" or "Transpose" or "Squeeze" or "Unsqueeze" or "Identity" or "Dropout"
            or "Slice" or "Split" or "Gather" or "GatherElements" or "GatherND" or "ReverseSequence" or "Expand" or "DepthToSpace" =>
                graph.Constants.ContainsKey(node.Inputs[0]) ? null : [node.Inputs[0]],
        "Concat" => node.Inputs.Any(graph.Constants.ContainsKey) ? null : node.Inputs,
        "Pad" => PadsWithZero(graph, node) ? [node.Inputs[0]] : null,
        "Resize" => node.Attributes.String("mode", "nearest") == "nearest" ? [node.Inputs[0]] : null,
        _ => null,
    };

    /// <summary>True if zeros can enter: then the integer that stands for zero must be 0.</summary>
    public static bool AddsZeros(Node node) => node.Op == "Pad" && node.Attributes.String("mode", "constant") == "constant";

    private static bool PadsWithZero(Graph graph, Node node)
    {
        if (node.Attributes.String("mode", "constant") != "constant") return true;
        if (node.Inputs.Length < 3 || node.Inputs[2].Length == 0) return true;
        return graph.Constants.TryGetValue(node.Inputs[2], out Tensor? value) && value.Type == ElementType.Float32
            && value.Length == 1 && value.Span<float>()[0] == 0;
    }
}
