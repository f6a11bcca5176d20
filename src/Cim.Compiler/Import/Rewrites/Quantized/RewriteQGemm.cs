using Cim.Runtime;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Quantized;

/// <summary>
/// QGemm of ONNX Runtime (a, scale, zero, b, scale, zero, c?, y scale?, y zero?) as a pre-quantized Gemm; c is in units of
/// alpha times the product of both scales, and without a scale of y the result is real.
/// </summary>
internal sealed class RewriteQGemm : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["com.microsoft.QGemm"];

    public void Rewrite(RewriteContext context)
    {
        AttributeMap attributes = context.Attributes;
        bool transposed = attributes.Int("transB", 0) != 0;
        string[] inputs = [context.Real(0), context.Real(3, transposed ? 0 : 1)];
        if (context.Has(6))
        {
            if (context.Constant(context.Input(1)) is not { Length: 1, Type: ElementType.Float32 } a
                || context.Constant(context.Input(4)) is not { Type: ElementType.Float32 } b)
                throw context.Unsupported("scales that are computed are not supported");
            float unit = a.Span<float>()[0] * attributes.Float("alpha", 1);
            float[] scales = Array.ConvertAll(b.Span<float>().ToArray(), s => s * unit);
            Shape shape = scales.Length == 1 ? Shape.Scalar : new Shape(scales.Length);
            inputs =
                [.. inputs, context.Real(context.Input(6), context.Constant("bias_scale", Tensor.Create<float>(shape, scales)), "", -1)];
        }

        string y = context.Op("Gemm", inputs, attributes);
        context.Return(context.Has(7) ? context.Quantized(y, 7) : y);
    }
}
