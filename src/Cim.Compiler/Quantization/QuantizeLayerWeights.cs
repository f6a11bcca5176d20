using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Quantization;

/// <summary>
/// Afterwards the given layers read their weights (int8, per output channel) and biases (int32, at the product of input
/// and weight scale) through DequantizeLinear. Gemm gets alpha = beta = 1 and transposed weights; a MatMul whose bias is not
/// zero is followed by an Add, and so is every layer with a bias that 32 bits at that scale cannot hold: it stays a real
/// number, so that neither bias nor weights lose anything.
/// </summary>
/// <remarks>Inputs must be quantized already: the bias takes their scale.</remarks>
internal sealed class QuantizeLayerWeights(IReadOnlyDictionary<string, LayerWeights> layers) : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var topology = new GraphTopology(graph);
        var copy = new GraphCopy(graph);
        Dictionary<string, MvmLayer> byNode = SharedWeights.ByNode(MvmLayers.Find(graph));
        var written = new Dictionary<string, (string Weight, string Bias)>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            if (byNode.TryGetValue(node.Name, out MvmLayer? layer) && layers.TryGetValue(layer.NodeName, out LayerWeights? weights))
                Quantize(graph, topology, copy, node, weights, written);
            else copy.Nodes.Add(node);
        }

        return copy.ToGraph();
    }

    /// <param name="written">Constants of the layers whose first node is done: its other nodes read the same.</param>
    private static void Quantize(
        Graph graph, GraphTopology topology, GraphCopy copy, Node node, LayerWeights weights,
        Dictionary<string, (string Weight, string Bias)> written)
    {
        float inputScale = InputScale(topology, node.Inputs[0]);
        Shape shape = graph.Values[node.Inputs[1]].Shape;
        int outputs = weights.Scales.Length, rows = weights.Integers.Length / outputs;
        sbyte[] integers = [.. weights.Integers];
        int axis = 0;
        if (node.Op == "Gemm") shape = new Shape(outputs, rows);
        else if (node.Op == "MatMul")
        {
            axis = 1;
            for (int c = 0; c < outputs; c++)
                for (int r = 0; r < rows; r++) integers[(r * outputs) + c] = weights.Integers[(c * rows) + r];
        }

        bool isFirst = !written.TryGetValue(weights.Layer, out (string Weight, string Bias) shared);
        if (isFirst) shared = ("", "");
        string w = isFirst
            ? QuantizerNodes.Dequantize(
                copy, node.Name + "_weight", Tensor.Create<sbyte>(shape, integers), weights.Scales.AsSpan(), axis, weights.Bits)
            : shared.Weight;
        written[weights.Layer] = (w, shared.Bias);
        AttributeMap attributes = node.Op == "Gemm"
            ? AttributeMap.Empty.With("transB", 1)
            : node.Op == "MatMul" ? AttributeMap.Empty
            : node.Attributes;
        if (!AccumulatorBias.FitsAll(weights.Bias.AsSpan(), inputScale, weights.Scales.AsSpan()))
        {
            Node bare = node with { Inputs = [node.Inputs[0], w], Attributes = attributes };
            copy.Nodes.AddRange(AccumulatorBias.AddedAfter(copy, bare, weights.Bias.AsSpan(), graph.Values[node.Outputs[0]]));
            return;
        }

        float[] biasScales = [.. weights.Scales.Select(s => AccumulatorBias.Unit(inputScale, s))];
        int[] bias = [.. weights.Bias.Select((real, c) => AccumulatorBias.Round(real, biasScales[c]))];
        bool hasBias = bias.AsSpan().ContainsAnyExcept(0);
        string b = !isFirst ? shared.Bias
            : hasBias ? QuantizerNodes.Dequantize(
                copy, node.Name + "_bias", Tensor.Create<int>(new Shape(outputs), bias), biasScales, 0, 32)
            : "";
        written[weights.Layer] = (w, b);
        if (b.Length > 0 && node.Op == "MatMul")
        {
            string product = copy.Value(node.Outputs[0] + "_product", graph.Values[node.Outputs[0]]);
            copy.Nodes.Add(node with { Inputs = [node.Inputs[0], w], Outputs = [product], Attributes = attributes });
            copy.Nodes.Add(new Node("Add", copy.NodeName(node.Name + "_bias_Add"), [product, b], node.Outputs, AttributeMap.Empty));
            return;
        }

        copy.Nodes.Add(node with { Inputs = b.Length > 0 ? [node.Inputs[0], w, b] : [node.Inputs[0], w], Attributes = attributes });
    }

    /// <summary>The scale a layer's input is quantized with.</summary>
    public static float InputScale(GraphTopology topology, string value)
    {
        Node? node = topology.Producer(value);
        while (node is not null && node.Op != "DequantizeLinear" && MovementOperators.DataInputs(topology.Graph, node) is { } inputs)
            node = topology.Producer(inputs[0]);
        return node is not null && QuantizerNodes.Read(topology.Graph, node) is { } p ? p.Scale
            : throw new InvalidOperationException($"The input '{value}' of a layer is not quantized.");
    }
}
