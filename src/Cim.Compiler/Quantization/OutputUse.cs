using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Quantization;

/// <summary>What is made of the outputs of a layer: which of their errors are seen.</summary>
/// <param name="Low">Outputs below it count as it: the bound of a Relu or Clip that reads them; minus infinity if there is none.</param>
/// <param name="High">Outputs above it count as it.</param>
/// <param name="Added">What is added to each output before the bounds apply.</param>
/// <param name="IsFinal">True if they are outputs of the network, perhaps as probabilities.</param>
internal sealed record OutputUse(float Low, float High, float[] Added, bool IsFinal)
{
    /// <summary>True if outputs of some size are all the same to what reads them.</summary>
    public bool IsClamped => Low > float.NegativeInfinity || High < float.PositiveInfinity;

    /// <summary>True for an output of the layer that is not cut off.</summary>
    /// <param name="output">Which.</param>
    /// <param name="value">Its value.</param>
    public bool Sees(int output, float value) => value + Added[output] > Low && value + Added[output] < High;

    /// <summary>Follows the outputs of a layer of a float network.</summary>
    public static OutputUse Of(GraphTopology topology, MvmLayer layer)
    {
        float[] added = new float[layer.Outputs];
        string value = layer.Output;
        while (topology.OnlyConsumer(value) is { Op: "Add" } add && Constant(topology.Graph, layer, add, value) is { } constant)
        {
            for (int c = 0; c < added.Length; c++) added[c] += constant[constant.Length == 1 ? 0 : c];
            value = add.Outputs[0];
        }

        (float low, float high) = topology.OnlyConsumer(value) switch
        {
            { Op: "Relu" } => (0, float.PositiveInfinity),
            { Op: "Clip" } clip => (
                Limit(topology.Graph, clip, 1, float.NegativeInfinity), Limit(topology.Graph, clip, 2, float.PositiveInfinity)),
            _ => (float.NegativeInfinity, float.PositiveInfinity),
        };
        return new OutputUse(low, high, added, IsReadByNobodyElse(topology, value));
    }

    private static bool IsReadByNobodyElse(GraphTopology topology, string value)
    {
        while (!topology.IsOutput(value))
        {
            if (topology.OnlyConsumer(value) is not
                {
                    Op: "Softmax" or "LogSoftmax" or "Sigmoid" or "Reshape" or "Flatten" or "Squeeze" or "Unsqueeze" or "Identity"
                        or "Transpose" or "Concat"
                } node)
                return false;
            value = node.Outputs[0];
        }

        return true;
    }

    /// <summary>The other side of an addition, if it is one number an output of the layer; null otherwise.</summary>
    private static float[]? Constant(Graph graph, MvmLayer layer, Node add, string value)
    {
        string other = add.Inputs[0] == value ? add.Inputs[1] : add.Inputs[0];
        if (!graph.Constants.TryGetValue(other, out Tensor? tensor) || tensor.Type != ElementType.Float32) return null;
        if (tensor.Length == 1) return tensor.Span<float>().ToArray();
        if (tensor.Length != layer.Outputs) return null;
        // Broadcasting aligns the last axes; the outputs of a convolution are axis 1 of its result.
        int axis = tensor.Shape.Rank - 1 - (layer.Op == "Conv" ? graph.Values[layer.Output].Shape.Rank - 2 : 0);
        return axis >= 0 && tensor.Shape[axis] == layer.Outputs ? tensor.Span<float>().ToArray() : null;
    }

    /// <summary>A bound of Clip; none if it is omitted or computed.</summary>
    private static float Limit(Graph graph, Node clip, int index, float none) =>
        clip.Inputs.Length > index && graph.Constants.TryGetValue(clip.Inputs[index], out Tensor? limit)
            && limit is { Type: ElementType.Float32, Length: 1 }
            ? limit.Span<float>()[0] : none;
}
