using Cim.Onnx.Proto;
using DataType = Cim.Onnx.Proto.TensorProto.Types.DataType;

namespace Cim.Compiler.Export;

/// <summary>What an operator set does not have yet: operators, attributes and element types by the set that brought them.</summary>
internal static class OpsetRules
{
    private static readonly Dictionary<string, int> _operators = new(StringComparer.Ordinal)
    {
        ["HardSwish"] = 14, ["Trilu"] = 14, ["Bernoulli"] = 15, ["GridSample"] = 16, ["ScatterElements"] = 11, ["LayerNormalization"] = 17,
        ["DFT"] = 17, ["STFT"] = 17, ["MelWeightMatrix"] = 17, ["HannWindow"] = 17, ["HammingWindow"] = 17, ["BlackmanWindow"] = 17,
        ["Mish"] = 18, ["GroupNormalization"] = 18, ["Col2Im"] = 18, ["CenterCropPad"] = 18, ["BitwiseAnd"] = 18, ["BitwiseOr"] = 18,
        ["BitwiseXor"] = 18, ["BitwiseNot"] = 18, ["DeformConv"] = 19, ["Gelu"] = 20, ["AffineGrid"] = 20, ["ImageDecoder"] = 20,
        ["Attention"] = 23, ["RMSNormalization"] = 23, ["RotaryEmbedding"] = 23, ["Swish"] = 24, ["TensorScatter"] = 24,
        ["BitCast"] = 26, ["CumProd"] = 26,
    };

    private static readonly Dictionary<(string Op, string Attribute), int> _attributes = new()
    {
        [("QuantizeLinear", "axis")] = 13, [("DequantizeLinear", "axis")] = 13,
        [("QuantizeLinear", "saturate")] = 19, [("Cast", "saturate")] = 19,
        [("QuantizeLinear", "block_size")] = 21, [("DequantizeLinear", "block_size")] = 21,
        [("QuantizeLinear", "output_dtype")] = 21, [("DequantizeLinear", "output_dtype")] = 23,
        [("QuantizeLinear", "precision")] = 23, [("Cast", "round_mode")] = 24,
        [("Reshape", "allowzero")] = 14, [("Split", "num_outputs")] = 18, [("Resize", "antialias")] = 18,
        [("Shape", "start")] = 15, [("Shape", "end")] = 15,
    };

    /// <summary>What of a node the set does not have; one sentence each.</summary>
    public static IEnumerable<string> Problems(NodeProto node, long opset)
    {
        if (_operators.TryGetValue(node.OpType, out int since) && since > opset)
            yield return $"{node.OpType} exists since opset {since}, the graph is of opset {opset}";
        foreach (AttributeProto attribute in node.Attribute)
            if (_attributes.TryGetValue((node.OpType, attribute.Name), out since) && since > opset)
                yield return $"attribute '{attribute.Name}' exists since opset {since}, the graph is of opset {opset}";
        if (node.OpType == "Cast" && node.Attribute.FirstOrDefault(a => a.Name == "to") is { } to && Since(to.I) > opset)
            yield return $"the type {(DataType)to.I} exists since opset {Since(to.I)}, the graph is of opset {opset}";
    }

    /// <summary>The set that brought an element type.</summary>
    public static int Since(long type) => (DataType)type switch
    {
        DataType.Bfloat16 => 13,
        DataType.Float8E4M3Fn or DataType.Float8E4M3Fnuz or DataType.Float8E5M2 or DataType.Float8E5M2Fnuz => 19,
        DataType.Int4 or DataType.Uint4 => 21,
        DataType.Float4E2M1 => 23,
        _ => 1,
    };
}
