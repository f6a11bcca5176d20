using Cim.Compiler.Import.Rewrites.Quantized;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Upgrades;

/// <summary>QuantizeLinear and DequantizeLinear: 4-bit integers of the file live in bytes here and say so in
/// <see cref="Node.BitsAttribute"/>; those of 16 bits, and scales of blocks, are written out by
/// <see cref="RewriteWideQuantizer"/>.</summary>
internal static class UpgradeQuantization
{
    private const int UInt16 = 4, Int16 = 5, UInt4 = 21, Int4 = 22;

    public static Node Upgrade(Node node, UpgradeContext context)
    {
        long asked = node.Attributes.Int("output_dtype", 0);
        bool isQuantizer = node.Op == "QuantizeLinear", hasZeroPoint = node.Inputs.Length > 2 && node.Inputs[2].Length > 0;
        int declared = context.DeclaredType(isQuantizer && hasZeroPoint ? node.Inputs[2] : node.Inputs[0]);
        if (isQuantizer && asked != 0) declared = (int)asked;
        bool isSigned = declared is Int4 or Int16 or (int)ElementType.Int8
            || (declared == 0 && hasZeroPoint && context.Constant(node.Inputs[2])?.Type == ElementType.Int8);
        int bits = declared is UInt4 or Int4 ? 4 : declared is UInt16 or Int16 && isQuantizer ? 16 : 8;
        bool isBlocked = node.Attributes.Int("block_size", 0) != 0;
        AttributeMap attributes = node.Attributes.Without("output_dtype").Without("saturate").Without("precision");
        if (bits == 16 || isBlocked) return Wide(node, attributes, bits, isSigned);

        if (isQuantizer && asked != 0)
        {
            if (asked is not ((int)ElementType.UInt8 or (int)ElementType.Int8 or UInt4 or Int4))
                throw OperatorUpgrade.Unsupported($"quantizing to ONNX element type {asked} is not supported; use int8 or uint8");

            // A zero point of the asked type says the same without the attribute.
            if (!hasZeroPoint)
            {
                var zero = new Tensor(isSigned ? ElementType.Int8 : ElementType.UInt8, Shape.Scalar, new byte[1]);
                if (context.Constant(node.Inputs[1]) is { Shape.Rank: > 0 } scale)
                    zero = new Tensor(zero.Type, scale.Shape, new byte[scale.Length]);
                node = node with { Inputs = [node.Inputs[0], node.Inputs[1], context.Add(node.Name + "_zero_point", zero)] };
            }
        }

        node = node with { Attributes = attributes.Without("block_size") };
        return bits == 8 ? node : node with { Attributes = node.Attributes.With(Node.BitsAttribute, bits) };
    }

    private static Node Wide(Node node, AttributeMap attributes, int bits, bool isSigned)
    {
        if (node.Op != "QuantizeLinear") return node with { Op = RewriteWideQuantizer.Dequantize, Attributes = attributes };
        ElementType type = bits == 16 ? ElementType.Int32 : isSigned ? ElementType.Int8 : ElementType.UInt8;
        return node with
        {
            Op = RewriteWideQuantizer.Quantize,
            Attributes = attributes.With(RewriteWideQuantizer.Low, isSigned ? -(1L << (bits - 1)) : 0)
                .With(RewriteWideQuantizer.High, (1L << (isSigned ? bits - 1 : bits)) - 1)
                .With(RewriteWideQuantizer.Type, (long)type),
        };
    }
}
