using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Upgrades;

/// <summary>QuantizeLinear and DequantizeLinear: 4-bit integers of the file live in bytes here and say so in
/// <see cref="Node.BitsAttribute"/>.</summary>
internal static class UpgradeQuantization
{
    public static Node Upgrade(Node node, UpgradeContext context)
    {
        if (node.Attributes.Int("block_size", 0) != 0)
            throw OperatorUpgrade.Unsupported("quantization in blocks (block_size) is not supported");
        long type = node.Attributes.Int("output_dtype", 0);
        bool quantize = node.Op == "QuantizeLinear";
        bool hasZeroPoint = node.Inputs.Length > 2 && node.Inputs[2].Length > 0;
        int bits = context.IsNarrow(quantize && hasZeroPoint ? node.Inputs[2] : node.Inputs[0]) ? 4 : 8;
        if (quantize && type != 0)
        {
            bits = type switch
            {
                2 or 3 => 8,
                21 or 22 => 4,
                _ => throw OperatorUpgrade.Unsupported($"quantizing to ONNX element type {type} is not supported; use int8 or uint8"),
            };

            // A zero point of the asked type says the same without the attribute.
            if (!hasZeroPoint)
            {
                var zero = new Tensor(type is 3 or 22 ? ElementType.Int8 : ElementType.UInt8, Shape.Scalar, new byte[1]);
                if (context.Constant(node.Inputs[1]) is { Shape.Rank: > 0 } scale)
                    zero = new Tensor(zero.Type, scale.Shape, new byte[scale.Length]);
                node = node with { Inputs = [node.Inputs[0], node.Inputs[1], context.Add(node.Name + "_zero_point", zero)] };
            }
        }

        node = node with
        {
            Attributes = node.Attributes.Without("output_dtype").Without("block_size").Without("saturate").Without("precision"),
        };
        return bits == 8 ? node : node with { Attributes = node.Attributes.With(Node.BitsAttribute, bits) };
    }
}
