using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Quantization;

/// <summary>The integers of a layer's weights as a crossbar holds them: signed, without zero point, one scale per output.</summary>
/// <param name="Integers">Int8 [outputs, rows].</param>
/// <param name="Scales">One per output.</param>
/// <param name="Bits">Their width.</param>
/// <param name="Requantized">True if the model's own integers did not fit (a zero point that leaves 8 signed bits) and were rounded
/// again.</param>
internal sealed record QuantizedWeights(Tensor Integers, ImmutableArray<float> Scales, int Bits, bool Requantized)
{
    /// <summary>True if -2^(bits-1) occurs, whose magnitude needs one bit more than all others.</summary>
    public bool UsesMinimum => Bits > 1 && Integers.Span<sbyte>().Contains((sbyte)-(1 << (Bits - 1)));

    /// <summary>Reads them from the layer's DequantizeLinear; null if its scales do not run along the outputs.</summary>
    public static QuantizedWeights? Read(Graph graph, MvmLayer layer)
    {
        if (layer.WeightDequantize is not { } dequantize || !graph.Constants.TryGetValue(layer.WeightName, out Tensor? source)) return null;
        if (source.Type is not (ElementType.Int8 or ElementType.UInt8)) return null;
        if (!graph.Constants.TryGetValue(dequantize.Inputs[1], out Tensor? scales) || scales.Type != ElementType.Float32) return null;
        Tensor? zeros = dequantize.Inputs.Length > 2 && dequantize.Inputs[2].Length > 0
            ? graph.Constants.GetValueOrDefault(dequantize.Inputs[2])
            : null;

        Node node = graph.Nodes.First(n => n.Name == layer.NodeName);
        bool outputsFirst = layer.Op == "Conv" || (layer.Op == "Gemm" && node.Attributes.Int("transB", 0) != 0);
        if (scales.Length != 1)
        {
            int rank = source.Shape.Rank, axis = (int)dequantize.Attributes.Int("axis", 1);
            if ((axis < 0 ? axis + rank : axis) != (outputsFirst ? 0 : 1) || scales.Length != layer.Outputs) return null;
        }

        float alpha = layer.Op == "Gemm" ? node.Attributes.Float("alpha", 1) : 1;
        int rows = layer.RowsPerGroup, outputs = layer.Outputs;
        float[] perOutput = new float[outputs];
        byte[] integers = new byte[outputs * rows]; // as int8
        bool fits = true;
        for (int c = 0; c < outputs; c++)
        {
            perOutput[c] = scales.Span<float>()[scales.Length == 1 ? 0 : c] * alpha;
            int zero = zeros is null ? 0 : QuantizerNodes.Integer(zeros, zeros.Length == 1 ? 0 : c);
            for (int r = 0; r < rows; r++)
            {
                int value = QuantizerNodes.Integer(source, outputsFirst ? (c * rows) + r : (r * outputs) + c) - zero;
                integers[(c * rows) + r] = unchecked((byte)value);
                fits &= value is >= sbyte.MinValue and <= sbyte.MaxValue;
            }

            fits &= perOutput[c] > 0;
        }

        int bits = (int)dequantize.Attributes.Int(Node.BitsAttribute, 8);
        return fits ? new QuantizedWeights(
            new Tensor(ElementType.Int8, new Shape(outputs, rows), integers), [.. perOutput], bits, false)
            : Requantize(layer, bits);
    }

    private static QuantizedWeights Requantize(MvmLayer layer, int bits)
    {
        LayerWeights weights = WeightQuantizer.Nearest(layer, bits, null);
        return new QuantizedWeights(
            Tensor.Create<sbyte>(new Shape(layer.Outputs, layer.RowsPerGroup), weights.Integers.AsSpan()), weights.Scales, bits, true);
    }
}
