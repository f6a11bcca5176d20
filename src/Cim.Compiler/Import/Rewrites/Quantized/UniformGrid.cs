using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>
/// Integers on a uniform grid as QuantizeLinear and DequantizeLinear know them: one scale and zero point for all elements, or
/// one per index of an axis.
/// </summary>
/// <param name="Scales">All positive; a scalar, or a list along <paramref name="Axis"/>.</param>
/// <param name="ZeroPoints">As many.</param>
/// <param name="Axis">The axis of a list.</param>
/// <param name="Low">The least integer.</param>
/// <param name="High">The greatest integer.</param>
internal sealed record UniformGrid(Tensor Scales, ImmutableArray<int> ZeroPoints, int Axis, int Low, int High)
{
    /// <summary>The fewest bits that hold the integers, of the sign that <see cref="Low"/> has.</summary>
    public int Bits => Low < 0 ? 1 + Math.Max(BitsOf(-(Low + 1)), BitsOf(High)) : Math.Max(1, BitsOf(High));

    /// <summary>Reads scale and zero point as one grid, or null where ONNX's quantizers cannot say it.</summary>
    /// <param name="input">Shape of what is quantized.</param>
    /// <param name="scale">Any shape that broadcasts to the input.</param>
    /// <param name="zeroPoint">One number, or as many as scales.</param>
    /// <param name="low">The least integer.</param>
    /// <param name="high">The greatest integer.</param>
    public static UniformGrid? Read(Shape input, Tensor? scale, Tensor? zeroPoint, int low, int high)
    {
        if (scale is not { Type: ElementType.Float32, Length: > 0 } || zeroPoint is not { Type: ElementType.Float32, Length: > 0 })
            return null;
        if (high - low > 255 || low < -128 || (low < 0 && high > 127)) return null;
        ReadOnlySpan<float> scales = scale.Span<float>(), zeros = zeroPoint.Span<float>();
        foreach (float s in scales)
            if (!(s > 0 && float.IsFinite(s))) return null;
        int axis = 0;
        if (scale.Length > 1)
        {
            int own = scale.Shape.Dims.IndexOf(scale.Length);
            axis = own + input.Rank - scale.Shape.Rank;
            if (own < 0 || axis < 0 || input[axis] != scale.Length) return null;
        }

        if (zeros.Length != 1 && zeros.Length != scales.Length) return null;
        (int least, int most) = low < 0 ? (-128, 127) : (0, 255);
        var points = ImmutableArray.CreateBuilder<int>(scales.Length);
        for (int i = 0; i < scales.Length; i++)
        {
            float zero = zeros[zeros.Length == 1 ? 0 : i];
            if (zero != MathF.Round(zero) || zero < least || zero > most) return null;
            points.Add((int)zero);
        }

        Shape shape = scales.Length == 1 ? Shape.Scalar : new Shape(scales.Length);
        return new UniformGrid(Tensor.Create(shape, scales), points.MoveToImmutable(), axis, low, high);
    }

    /// <summary>Writes QuantizeLinear and DequantizeLinear.</summary>
    public string Write(RewriteContext context, string x)
    {
        bool signed = Low < 0;
        (int least, int most) = signed ? (-(1 << (Bits - 1)), (1 << (Bits - 1)) - 1) : (0, (1 << Bits) - 1);
        if ((Low > least || High < most) && Scales.Length == 1)
        {
            // A grid that leaves a level of its bits out: real numbers beyond its ends are brought there first.
            float s = Scales.Span<float>()[0];
            x = context.Op("Clip", [x, context.Scalar((Low - ZeroPoints[0]) * s), context.Scalar((High - ZeroPoints[0]) * s)]);
        }

        string scale = context.Constant("scale", Scales), zero = context.Constant("zero_point", Integers(ZeroPoints, Scales.Shape, signed));
        AttributeMap attributes = AttributeMap.Empty.With("axis", Axis);
        if (Bits < 8) attributes = attributes.With(Ir.Node.BitsAttribute, Bits);
        return context.Op("DequantizeLinear", [context.Op("QuantizeLinear", [x, scale, zero], attributes), scale, zero], attributes);
    }

    /// <summary>Writes constants as integers behind a DequantizeLinear; null if they do not fit 8 signed bits without a zero
    /// point.</summary>
    /// <param name="context">Where to write.</param>
    /// <param name="values">The integers, row-major.</param>
    /// <param name="shape">Their shape.</param>
    public string? WriteConstant(RewriteContext context, ReadOnlySpan<int> values, Shape shape)
    {
        sbyte[] shifted = new sbyte[values.Length];
        int inner = 1;
        for (int i = Axis + 1; i < shape.Rank; i++) inner *= shape[i];
        for (int i = 0; i < values.Length; i++)
        {
            int value = values[i] - ZeroPoints[Scales.Length == 1 ? 0 : i / inner % Scales.Length];
            if (value is < sbyte.MinValue or > sbyte.MaxValue) return null;
            shifted[i] = (sbyte)value;
        }

        return context.Op("DequantizeLinear",
            [context.Constant("integers", Tensor.Create<sbyte>(shape, shifted)), context.Constant("scale", Scales)],
            AttributeMap.Empty.With("axis", Axis));
    }

    private static Tensor Integers(ImmutableArray<int> values, Shape shape, bool signed) => signed
        ? Tensor.Create<sbyte>(shape, [.. values.Select(v => (sbyte)v)])
        : Tensor.Create<byte>(shape, [.. values.Select(v => (byte)v)]);

    private static int BitsOf(int value) => 32 - int.LeadingZeroCount(Math.Max(0, value));
}
