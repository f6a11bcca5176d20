using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>
/// Operators on integers with their scales as inputs, read as the same operators on real numbers between DequantizeLinear and
/// QuantizeLinear: what the SDK calls pre-quantized.
/// </summary>
internal static class IntegerTensors
{
    /// <summary>The real numbers of an integer input, whose scale and zero point are the two inputs behind it.</summary>
    public static string Real(this RewriteContext c, int input, int axis = 0) =>
        c.Real(c.Input(input), c.Input(input + 1), c.Optional(input + 2), axis);

    /// <summary>The real numbers of integers.</summary>
    /// <param name="c">Where to write.</param>
    /// <param name="integers">The integers.</param>
    /// <param name="scale">One scale, or one for each index of <paramref name="axis"/>.</param>
    /// <param name="zeroPoint">As many zero points, or the empty string.</param>
    /// <param name="axis">The axis of several scales.</param>
    public static string Real(this RewriteContext c, string integers, string scale, string zeroPoint, int axis)
    {
        int rank = c.ShapeOf(integers).Rank;
        string[] inputs = zeroPoint.Length == 0 ? [integers, c.List(scale)] : [integers, c.List(scale), c.List(zeroPoint)];
        if (inputs.Length == 3 && c.ShapeOf(inputs[2]) != c.ShapeOf(inputs[1]))
        {
            // One zero point for several scales, or the other way round.
            if (c.Constant(inputs[1]) is not { } s || c.Constant(inputs[2]) is not { } z)
                throw c.Unsupported("scales and zero points of different shapes that are computed are not supported");
            int count = Math.Max(s.Length, z.Length);
            inputs = [integers, c.Constant("scale", Repeat(s, count)), c.Constant("zero_point", Repeat(z, count))];
        }

        return c.Op("DequantizeLinear", inputs, AttributeMap.Empty.With("axis", axis < 0 ? axis + rank : axis));
    }

    /// <summary>Integers of real numbers; scale and zero point are two inputs of the node.</summary>
    public static string Quantized(this RewriteContext c, string real, int scale) =>
        c.Op("QuantizeLinear", c.Has(scale + 1) ? [real, c.List(c.Input(scale)), c.List(c.Input(scale + 1))]
            : [real, c.List(c.Input(scale))]);

    /// <summary>Integers without a scale as real numbers: scale 1.</summary>
    public static string Counts(this RewriteContext c, string integers, string zeroPoint, int axis)
    {
        int count = zeroPoint.Length == 0 ? 1 : checked((int)c.ShapeOf(zeroPoint).Elements);
        string one = c.Constant("one", count == 1 ? Tensor.Scalar(1f)
            : Tensor.Create<float>(new Shape(count), [.. Enumerable.Repeat(1f, count)]));
        return c.Real(integers, one, zeroPoint, axis);
    }

    /// <summary>One scale as a scalar, several as a list, whatever shape the file gives them.</summary>
    private static string List(this RewriteContext c, string value)
    {
        Shape shape = c.ShapeOf(value);
        if (shape.Rank == 0 || (shape.Rank == 1 && shape[0] != 1)) return value;
        Shape wanted = shape.Elements == 1 ? Shape.Scalar : new Shape(checked((int)shape.Elements));
        return c.Constant(value) is { } constant
            ? c.Constant("scale", new Tensor(constant.Type, wanted, constant.Data))
            : c.Reshape(value, wanted.Dims.AsSpan());
    }

    private static Tensor Repeat(Tensor tensor, int count)
    {
        if (tensor.Length == count) return tensor.Shape.Rank == 1 ? tensor : new Tensor(tensor.Type, new Shape(count), tensor.Data);
        byte[] data = new byte[count * tensor.Type.SizeOf()];
        for (int i = 0; i < count; i++) tensor.Data.Span[..tensor.Type.SizeOf()].CopyTo(data.AsSpan(i * tensor.Type.SizeOf()));
        return new Tensor(tensor.Type, new Shape(count), data);
    }
}
