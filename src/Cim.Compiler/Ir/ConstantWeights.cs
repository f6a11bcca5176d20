using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>A constant reached directly, or through one DequantizeLinear with constant scale and zero point.</summary>
internal readonly record struct Weight(string Constant, Node? Dequantize);

/// <summary>Reads weights that are float constants, or integer constants with a DequantizeLinear.</summary>
internal static class ConstantWeights
{
    /// <summary>Finds the constant behind a value, looking through one DequantizeLinear.</summary>
    public static bool TryFind(Graph graph, IReadOnlyDictionary<string, Node> producers, string value, out Weight weight)
    {
        if (graph.Constants.ContainsKey(value))
        {
            weight = new Weight(value, null);
            return true;
        }

        if (producers.TryGetValue(value, out Node? node) && node.Op == "DequantizeLinear"
            && node.Inputs.All(i => i.Length == 0 || graph.Constants.ContainsKey(i)))
        {
            weight = new Weight(node.Inputs[0], node);
            return true;
        }

        weight = default;
        return false;
    }

    /// <summary>The names of all constants and of all values dequantized from constants.</summary>
    public static ImmutableHashSet<string> Names(Graph graph)
    {
        var names = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        names.UnionWith(graph.Constants.Keys);
        foreach (Node node in graph.Nodes)
            if (node.Op == "DequantizeLinear" && node.Inputs.All(i => i.Length == 0 || graph.Constants.ContainsKey(i)))
                names.Add(node.Outputs[0]);
        return names.ToImmutable();
    }

    /// <summary>The real values, dequantized if need be. Shares memory with the graph for float constants.</summary>
    public static Tensor ReadFloat(Graph graph, Weight weight)
    {
        Tensor data = graph.Constants[weight.Constant];
        if (weight.Dequantize is null)
            return data.Type == ElementType.Float32 ? data : throw new CimException(ErrorCodes.InvalidGraph,
                $"Weight '{weight.Constant}' is {data.Type} without a DequantizeLinear; its scale is unknown. Export the model with "
                    + $"DequantizeLinear nodes or float weights.");
        return Dequantize(graph, weight.Dequantize, data);
    }

    private static Tensor Dequantize(Graph graph, Node node, Tensor data)
    {
        ReadOnlySpan<float> scales = graph.Constants[node.Inputs[1]].Span<float>();
        Tensor? zeroPoint = node.Inputs.Length > 2 && node.Inputs[2].Length > 0 ? graph.Constants[node.Inputs[2]] : null;
        float[] result = new float[data.Length];
        int outer = 1, channels = 1, inner = data.Length;
        if (scales.Length > 1)
        {
            int axis = (int)node.Attributes.Int("axis", 1);
            if (axis < 0) axis += data.Shape.Rank;
            channels = data.Shape[axis];
            inner = 1;
            for (int i = axis + 1; i < data.Shape.Rank; i++) inner *= data.Shape[i];
            outer = data.Length / Math.Max(1, channels * inner);
        }

        for (int o = 0, i = 0; o < outer; o++)
            for (int c = 0; c < channels; c++)
            {
                float scale = scales[c];
                int zero = zeroPoint is null ? 0 : ToInt(zeroPoint, c);
                for (int k = 0; k < inner; k++, i++) result[i] = (ToInt(data, i) - zero) * scale;
            }

        return Tensor.Create<float>(data.Shape, result);
    }

    [SuppressMessage("Style", "IDE0072", Justification = "Only integer types are quantized.")]
    private static int ToInt(Tensor tensor, int index) => tensor.Type switch
    {
        ElementType.Int8 => tensor.Span<sbyte>()[index],
        ElementType.UInt8 => tensor.Span<byte>()[index],
        ElementType.Int32 => tensor.Span<int>()[index],
        _ =>
            throw new CimException(
            ErrorCodes.InvalidGraph, $"DequantizeLinear of {tensor.Type} is not supported; use int8, uint8 or int32."),
    };
}
