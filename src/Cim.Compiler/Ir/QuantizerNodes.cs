using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>Writes and reads QuantizeLinear and DequantizeLinear nodes.</summary>
internal static class QuantizerNodes
{
    /// <summary>Appends QuantizeLinear and DequantizeLinear to a value and returns the dequantized value.</summary>
    public static string Quantize(GraphCopy copy, string value, QuantizationParameters parameters)
    {
        ValueInfo info = copy.Info(value);
        string scale = copy.Constant(value + "_scale", Tensor.Scalar(parameters.Scale));
        string zero = copy.Constant(value + "_zero_point", ZeroPoint(parameters));
        AttributeMap attributes = Bits(parameters.Bits);
        string integers = copy.Add("QuantizeLinear", value + "_QuantizeLinear", [value, scale, zero], value + "_quantized",
            info with { Type = parameters.StorageType }, attributes);
        return copy.Add("DequantizeLinear", value + "_DequantizeLinear", [integers, scale, zero], value + "_dequantized", info, attributes);
    }

    /// <summary>Appends DequantizeLinear of constant integers and returns the dequantized value.</summary>
    public static string Dequantize(GraphCopy copy, string name, Tensor integers, ReadOnlySpan<float> scales, int axis, int bits)
    {
        string constant = copy.Constant(name + "_quantized", integers);
        string scale = copy.Constant(name + "_scale", Tensor.Create(new Shape(scales.Length), scales));
        string zero = copy.Constant(
            name + "_zero_point", new Tensor(integers.Type, new Shape(scales.Length), new byte[scales.Length * integers.Type.SizeOf()]));
        AttributeMap attributes = Bits(bits).With("axis", axis);
        return copy.Add("DequantizeLinear", name + "_DequantizeLinear", [constant, scale, zero], name + "_dequantized",
            new ValueInfo(ElementType.Float32, integers.Shape), attributes);
    }

    /// <summary>The parameters of a per-tensor quantizer, or null if they are not constant or differ by channel.</summary>
    public static QuantizationParameters? Read(Graph graph, Node node)
    {
        if (node.Op is not ("QuantizeLinear" or "DequantizeLinear")) return null;
        if (!graph.Constants.TryGetValue(node.Inputs[1], out Tensor? scale) || scale.Type != ElementType.Float32 || scale.Length != 1)
            return null;
        Tensor? zero = null;
        if (node.Inputs.Length > 2 && node.Inputs[2].Length > 0
            && (!graph.Constants.TryGetValue(node.Inputs[2], out zero) || zero.Length != 1))
            return null;
        ElementType type = node.Op == "QuantizeLinear" ? graph.Values[node.Outputs[0]].Type : graph.Values[node.Inputs[0]].Type;
        if (type is not (ElementType.UInt8 or ElementType.Int8)) return null;
        return new QuantizationParameters(scale.Span<float>()[0], zero is null ? 0 : Integer(zero, 0),
            (int)node.Attributes.Int(Node.BitsAttribute, 8), type == ElementType.Int8);
    }

    /// <summary>One integer of a quantized constant.</summary>
    public static int Integer(Tensor tensor, int index) => tensor.Type switch
    {
        ElementType.Int8 => tensor.Span<sbyte>()[index],
        ElementType.UInt8 => tensor.Span<byte>()[index],
        ElementType.Int32 => tensor.Span<int>()[index],
        _ =>
            throw new CimException(
            ErrorCodes.InvalidGraph, $"A quantized tensor has the type {tensor.Type}; int8, uint8 and int32 are supported."),
    };

    private static AttributeMap Bits(int bits) =>
        bits == 8 || bits == 32 ? AttributeMap.Empty : AttributeMap.Empty.With(Node.BitsAttribute, bits);

    private static Tensor ZeroPoint(QuantizationParameters parameters) =>
        parameters.Signed ? Tensor.Scalar((sbyte)parameters.ZeroPoint) : Tensor.Scalar((byte)parameters.ZeroPoint);
}
