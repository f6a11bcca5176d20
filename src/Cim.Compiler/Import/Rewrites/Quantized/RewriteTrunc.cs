using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>
/// Trunc of QONNX and Brevitas: an integer loses its low bits. Version 1 (x, scale, zero point, input bits, output bits) shifts by the
/// difference of the widths and keeps the scale; version 2 has a scale of the output, and saturates to the output's width.
/// </summary>
internal sealed class RewriteTrunc : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = [.. QonnxDomains.Each("Trunc")];

    public void Rewrite(RewriteContext context)
    {
        string scale = context.Input(1), zero = context.Input(2);
        string mode = context.Attributes.String("rounding_mode", "FLOOR");
        string integer = context.Op("Round", [context.Add(context.Div(context.Input(0), scale), zero)]);
        if (!context.Has(6))
        {
            float step = MathF.Pow(2, QonnxDomains.Bits(context, 3) - QonnxDomains.Bits(context, 4));
            string shifted = QonnxRounding.Write(context, mode, context.Mul(integer, 1 / step));
            context.Return(context.Mul(context.Sub(shifted, zero), scale));
            return;
        }

        if (context.Constant(scale) is not { Length: 1 } from || context.Constant(context.Input(4)) is not { Length: 1 } to)
            throw context.Unsupported("scales that are computed, or differ by channel, are not supported");
        int bits = QonnxDomains.Bits(context, 6);
        (double low, double high) = QonnxDomains.Range(
            bits, context.Attributes.Int("signed", 1) != 0, context.Attributes.Int("narrow", 0) != 0);
        float factor = MathF.Pow(2, MathF.Round(MathF.Log2(to.Span<float>()[0] / from.Span<float>()[0])));
        string clipped = context.Op("Clip", [context.Mul(integer, 1 / factor), context.Scalar((float)low), context.Scalar((float)high)]);
        string rounded = context.Sub(QonnxRounding.Write(context, mode, clipped), context.Mul(zero, 1 / factor));
        string real = context.Mul(rounded, context.Input(4));
        UniformGrid? grid = bits > 8 || context.Constant(zero) is not { Length: 1 } z || z.Span<float>()[0] != 0 ? null
            : UniformGrid.Read(context.ShapeOf(real), to, Tensor.Scalar(0f), (int)low, (int)high);
        context.Return(grid is null ? real : grid.Write(context, real));
    }
}
