using System.Runtime.InteropServices;
using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;
using Cim.Training.Networks;
using Google.Protobuf;
using DataType = Cim.Onnx.Proto.TensorProto.Types.DataType;

namespace Cim.Training.Quantization;

/// <summary>
/// Writes a quantized network as ordinary ONNX: QuantizeLinear, Clip to the code range of fewer than 8 bits, DequantizeLinear
/// around every matrix layer; weights as int8 with one scale per output channel, biases as int32 at scale s_x s_w (where they fit).
/// </summary>
public static class QuantizedExport
{
    /// <summary>The model with its present weights, steps and bits.</summary>
    /// <exception cref="NotSupportedException">Steps per strip, which one DequantizeLinear cannot state.</exception>
    public static ModelProto ToOnnx(QuantizedNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        GraphProto graph = network.Source.Graph.Clone();
        graph.Node.Clear();
        var builder = new GraphBuilder(graph);
        foreach (string name in network.Source.Graph.Node.SelectMany(node => node.Output.Append(node.Name))
            .Concat(network.Source.Parameters.Select(p => p.Name)).Concat(network.Source.Controls.Select(c => c.Name)))
            _ = builder.Unique(name);
        Dictionary<string, QuantizedTensor> tensors = network.Activations.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        Dictionary<string, QuantizedLayer> layers = network.Layers.ToDictionary(layer => layer.Name, StringComparer.Ordinal);
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        HashSet<string> done = [];
        foreach (ValueInfoProto input in graph.Input)
            Quantize(input.Name);
        foreach (NodeProto original in network.Source.Graph.Node)
        {
            NodeProto node = original.Clone();
            for (int i = 0; i < node.Input.Count; i++)
                node.Input[i] = renamed.GetValueOrDefault(node.Input[i], node.Input[i]);
            if (layers.TryGetValue(GradientContext.Describe(original), out QuantizedLayer? layer)
                && original.Input[1] == layer.Weights.Name)
            {
                done.Add(original.Input[1]);
                node.Input[1] = Weights(builder, layer);
                if (node.Input.Count > 2 && node.Input[2].Length > 0 && FitsAccumulator(network.Network[original.Input[2]], layer))
                {
                    done.Add(original.Input[2]);
                    node.Input[2] = Bias(builder, network.Network[original.Input[2]], layer);
                }
            }

            graph.Node.Add(node);
            foreach (string output in original.Output)
                Quantize(output);
        }

        foreach (Parameter parameter in network.Source.Parameters.Where(parameter => !done.Contains(parameter.Name)))
            graph.Initializer.Add(Tensors.Float(parameter.Name, network.Network[parameter.Name].Values, parameter.Dims));
        foreach (Control control in network.Source.Controls)
            graph.Initializer.Add(Tensors.Float(control.Name, control.Values, control.Dims));
        return builder.Build();

        void Quantize(string value)
        {
            if (tensors.TryGetValue(value, out QuantizedTensor? tensor))
                renamed[value] = Activation(builder, value, tensor);
        }
    }

    private static string Activation(GraphBuilder builder, string value, QuantizedTensor tensor)
    {
        DataType type = tensor.IsSigned ? DataType.Int8 : DataType.Uint8;
        string scale = builder.Initializer(Tensors.Float(value + "_scale", tensor.Step.Values, []));
        string zero = builder.Initializer(Bytes(value + "_zero_point", type, [tensor.ZeroPoint], []));
        string codes = builder.Op("QuantizeLinear", value, scale, zero);
        if (tensor.Bits < 8)
        {
            string low = builder.Initializer(Bytes(value + "_low", type, [(int)tensor.Low.Values[0] + tensor.ZeroPoint], []));
            string high = builder.Initializer(Bytes(value + "_high", type, [(int)tensor.High.Values[0] + tensor.ZeroPoint], []));
            codes = builder.Op("Clip", codes, low, high);
        }

        return builder.Op("DequantizeLinear", codes, scale, zero);
    }

    private static string Weights(GraphBuilder builder, QuantizedLayer layer)
    {
        MatrixLayout layout = layer.Layout;
        if (layer.WeightStep.Values.Length != layout.Outputs)
            throw new NotSupportedException($"Layer '{layer.Name}' has one step per strip, which DequantizeLinear cannot state");
        var codes = new int[layer.Weights.Values.Length];
        for (int o = 0; o < layout.Outputs; o++)
        {
            for (int i = 0; i < layout.Inputs; i++)
            {
                int element = layout.Index(o, i);
                codes[element] = (int)layer.Code(element, layer.Weights.Values[element], layer.WeightStep.Values[o]);
            }
        }

        string name = layer.Weights.Name;
        string integers = builder.Initializer(Bytes(name + "_quantized", DataType.Int8, codes, layer.Weights.Dims));
        string scale = builder.Initializer(Tensors.Float(name + "_scale", layer.WeightStep.Values, [layout.Outputs]));
        string zero = builder.Initializer(Bytes(name + "_zero_point", DataType.Int8, new int[layout.Outputs], [layout.Outputs]));
        int axis = layout.OutputStride == 1 && layer.Weights.Dims.Length == 2 && layer.Weights.Dims[1] == layout.Outputs
            && layout.InputStride != 1 ? 1 : 0;
        return builder.Op("DequantizeLinear", [integers, scale, zero], Attributes.Int("axis", axis));
    }

    /// <summary>False for a bias so large against the product of the scales that 32 bits cannot hold it: it is written as real
    /// numbers.</summary>
    private static bool FitsAccumulator(Parameter bias, QuantizedLayer layer)
    {
        const float Largest = 1 << 30;
        for (int o = 0; o < bias.Values.Length; o++)
        {
            float scale = layer.Input.Step.Values[0] * layer.WeightStep.Values[o];
            if (bias.Values[o] != 0 && !(float.IsNormal(scale) && MathF.Abs(bias.Values[o] / scale) <= Largest)) return false;
        }

        return true;
    }

    private static string Bias(GraphBuilder builder, Parameter bias, QuantizedLayer layer)
    {
        int outputs = layer.Layout.Outputs;
        var codes = new int[outputs];
        var scales = new float[outputs];
        for (int o = 0; o < outputs; o++)
        {
            scales[o] = layer.Input.Step.Values[0] * layer.WeightStep.Values[o];
            codes[o] = bias.Values[o] == 0 ? 0 : (int)MathF.Round(bias.Values[o] / scales[o], MidpointRounding.ToEven);
        }

        TensorProto tensor = Raw(bias.Name + "_quantized", DataType.Int32, MemoryMarshal.AsBytes(codes.AsSpan()), [outputs]);
        TensorProto zeros = Raw(bias.Name + "_zero_point", DataType.Int32, MemoryMarshal.AsBytes(new int[outputs].AsSpan()), [outputs]);
        string scale = builder.Initializer(Tensors.Float(bias.Name + "_scale", scales, [outputs]));
        return builder.Op("DequantizeLinear", [builder.Initializer(tensor), scale, builder.Initializer(zeros)], Attributes.Int("axis", 0));
    }

    private static TensorProto Bytes(string name, DataType type, int[] values, long[] dims)
    {
        byte[] bytes = Array.ConvertAll(values, value => unchecked((byte)value));
        return Raw(name, type, bytes, dims);
    }

    private static TensorProto Raw(string name, DataType type, ReadOnlySpan<byte> bytes, long[] dims)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)type, RawData = ByteString.CopyFrom(bytes) };
        tensor.Dims.Add(dims);
        return tensor;
    }
}
