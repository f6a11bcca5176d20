using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Quantization;

/// <summary>Two layers of which the second is the only reader of what the first makes, channel by channel.</summary>
/// <param name="First">The layer whose outputs are the channels.</param>
/// <param name="Second">The layer that reads them.</param>
/// <param name="FirstAxis">The axis of the first layer's weight constant that runs along its outputs.</param>
/// <param name="SecondAxis">The axis of the second layer's weight constant that runs along its inputs.</param>
internal sealed record ChannelPair(MvmLayer First, MvmLayer Second, int FirstAxis, int SecondAxis)
{
    /// <summary>All such pairs, in graph order.</summary>
    public static ImmutableArray<ChannelPair> Find(Graph graph)
    {
        var topology = new GraphTopology(graph);
        Dictionary<string, MvmLayer> layers = MvmLayers.Find(graph).ToDictionary(l => l.NodeName, StringComparer.Ordinal);
        var pairs = ImmutableArray.CreateBuilder<ChannelPair>();
        foreach (Node node in graph.Nodes)
        {
            if (!layers.TryGetValue(node.Name, out MvmLayer? first) || !IsFree(topology, first)) continue;
            if (HasChannelsAtOne(graph, first, node.Outputs[0]) && Reader(topology, node.Outputs[0]) is { } reader
                && layers.TryGetValue(reader.Name, out MvmLayer? second) && IsFree(topology, second)
                && OutputAxis(node) is { } firstAxis && InputAxis(graph, reader, first, second) is { } secondAxis)
                pairs.Add(new ChannelPair(first, second, firstAxis, secondAxis));
        }

        return pairs.ToImmutable();
    }

    /// <summary>The largest weight of each channel in the second layer, in units of the largest of its output.</summary>
    public float[] SecondMagnitudes()
    {
        ReadOnlySpan<float> weights = Second.WeightMatrix.Span<float>();
        int rows = Second.RowsPerGroup, channels = First.Outputs;
        float[] largest = new float[channels];
        for (int o = 0; o < Second.Outputs; o++)
        {
            ReadOnlySpan<float> row = weights.Slice(o * rows, rows);
            float unit = 0;
            foreach (float w in row) unit = Math.Max(unit, Math.Abs(w));
            if (unit == 0) continue;
            for (int r = 0; r < rows; r++)
            {
                int channel = Second.Groups > 1 ? o : r / (rows / channels);
                largest[channel] = Math.Max(largest[channel], Math.Abs(row[r]) / unit);
            }
        }

        return largest;
    }

    /// <summary>Divides each channel by 2^exponent in the first layer and multiplies it in the second.</summary>
    public void Scale(Func<string, Tensor> read, int[] exponents, Action<string, Tensor> write)
    {
        write(First.WeightName, Scaled(read(First.WeightName), FirstAxis, exponents, -1));
        if (First.BiasName is { } bias) write(bias, Scaled(read(bias), -1, exponents, -1));
        write(Second.WeightName, Scaled(read(Second.WeightName), SecondAxis, exponents, +1));
    }

    private static Tensor Scaled(Tensor tensor, int axis, int[] exponents, int sign)
    {
        if (axis < 0) axis += tensor.Shape.Rank;
        int inner = 1;
        for (int i = axis + 1; i < tensor.Shape.Rank; i++) inner *= tensor.Shape[i];
        // Behind a flattened image each channel is as many rows as it has positions.
        int extent = tensor.Shape[axis], each = extent / exponents.Length;
        float[] values = tensor.Span<float>().ToArray();
        for (int i = 0; i < values.Length; i++)
            values[i] = MathF.ScaleB(values[i], sign * exponents[i / inner % extent / each]);
        return Tensor.Create<float>(tensor.Shape, values);
    }

    /// <summary>True if nothing else reads the layer's constants.</summary>
    private static bool IsFree(GraphTopology topology, MvmLayer layer) =>
        layer.WeightDequantize is null && topology.Consumers(layer.WeightName).Count == 1 && !topology.IsOutput(layer.WeightName)
        && (layer.BiasName is not { } bias
            || (topology.Consumers(bias).Count == 1 && topology.Graph.Constants.TryGetValue(bias, out Tensor? b)
            && b.Type == ElementType.Float32 && b.Length == layer.Outputs && b.Shape[b.Shape.Rank - 1] == layer.Outputs));

    /// <summary>The node at the end of a path on which every operator commutes with a positive factor a channel; null if it reads the value
    /// otherwise than as its data.</summary>
    private static Node? Reader(GraphTopology topology, string value)
    {
        Node? node = topology.OnlyConsumer(value);
        while (node is { Op: "Relu" or "LeakyRelu" or "MaxPool" or "AveragePool" or "GlobalAveragePool" or "GlobalMaxPool" or "Flatten"
            or "Identity" or "Dropout" }
            && node.Outputs.Skip(1).All(o => o.Length == 0 || topology.Consumers(o).Count == 0))
        {
            if (node.Op == "Flatten" && node.Attributes.Int("axis", 1) != 1) return null;
            value = node.Outputs[0];
            node = topology.OnlyConsumer(value);
        }

        return node?.Inputs[0] == value ? node : null;
    }

    private static int? OutputAxis(Node node) => node.Op switch
    {
        "Conv" => 0,
        "Gemm" => node.Attributes.Int("transB", 0) != 0 ? 0 : 1,
        "MatMul" => 1,
        _ => null,
    };

    private static bool HasChannelsAtOne(Graph graph, MvmLayer layer, string output) =>
        layer.Op == "Conv" || graph.Values[output].Shape.Rank == 2;

    private static int? InputAxis(Graph graph, Node node, MvmLayer first, MvmLayer second)
    {
        if (node.Op == "Conv") return second.Groups == 1 ? 1 : second.Groups == first.Outputs && second.ColumnsPerGroup == 1 ? 0 : null;
        // Behind Flatten channels are the outermost part of a row's index.
        bool outputsFirst = node.Op == "Gemm" && node.Attributes.Int("transB", 0) != 0;
        return graph.Values[second.Input].Shape.Rank == 2 && second.RowsPerGroup % first.Outputs == 0 ? (outputsFirst ? 1 : 0) : null;
    }
}
