using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>
/// Quant of QONNX and Brevitas (x, scale, zero point, bits): QuantizeLinear and DequantizeLinear, so that the network is
/// pre-quantized; constants become integers. Grids that 8 bits do not hold (biases of 16 or 32 bits) are written out in real numbers.
/// </summary>
internal sealed class RewriteQuant : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = [.. QonnxDomains.Each("Quant"), .. QonnxDomains.Each("IntQuant")];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0), scale = context.Input(1), zero = context.Input(2);
        (int bits, bool signed) = (QonnxDomains.Bits(context, 3), context.Attributes.Int("signed", 1) != 0);
        string mode = context.Attributes.String("rounding_mode", "ROUND");
        if (bits == 1 && signed)
        {
            RewriteBipolarQuant.Write(context, x, scale);
            return;
        }

        bool narrow = context.Attributes.Int("narrow", 0) != 0;
        (double low, double high) = QonnxDomains.Range(bits, signed, narrow);
        Shape shape = context.ShapeOf(x);
        UniformGrid? grid = bits > 8 ? null
            : UniformGrid.Read(shape, context.Constant(scale), context.Constant(zero), (int)low, (int)high);
        Tensor? constant = context.Constant(x);
        if (grid is not null && constant is { Type: ElementType.Float32, Shape.Rank: > 1 }
            && grid.WriteConstant(context, Integers(constant, grid, mode), constant.Shape) is { } integers)
        {
            context.Return(integers);
            return;
        }

        if (grid is not null && constant is null && QonnxRounding.IsHalfEven(mode))
        {
            context.Return(grid.Write(context, x));
            return;
        }

        string real = context.Add(context.Div(x, scale), zero);
        real = context.Op("Clip", [real, context.Scalar((float)low), context.Scalar((float)high)]);
        real = context.Mul(context.Sub(QonnxRounding.Write(context, mode, real), zero), scale);
        context.Return(grid is null || constant is not null ? real : grid.Write(context, real));
    }

    private static int[] Integers(Tensor constant, UniformGrid grid, string mode)
    {
        ReadOnlySpan<float> values = constant.Span<float>(), scales = grid.Scales.Span<float>();
        int inner = 1;
        for (int i = grid.Axis + 1; i < constant.Shape.Rank; i++) inner *= constant.Shape[i];
        int[] integers = new int[values.Length];
        for (int i = 0; i < integers.Length; i++)
        {
            int channel = scales.Length == 1 ? 0 : i / inner % scales.Length;
            float real = (values[i] / scales[channel]) + grid.ZeroPoints[channel];
            integers[i] = (int)QonnxRounding.Round(mode, Math.Clamp(real, grid.Low, grid.High));
        }

        return integers;
    }
}
