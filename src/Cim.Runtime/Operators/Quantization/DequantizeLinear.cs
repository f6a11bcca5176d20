using System.Runtime.InteropServices;
using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Quantization;

/// <summary>
/// DequantizeLinear(x, x_scale, x_zero_point?): (x - zeroPoint) * scale as float, for int8, uint8 and int32 inputs.
/// Attribute <c>axis</c> (default 1) with a list of scales; <c>bits</c> says how many are used and changes nothing.
/// </summary>
internal sealed class DequantizeLinear(AttributeMap attributes) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "x"), scale = inputs.Float(1, "x_scale");
        if (x.Type is not (ElementType.UInt8 or ElementType.Int8 or ElementType.Int32)) throw Error($"{x.Type} inputs are not supported.");
        TensorInfo? zero = inputs[2] is null ? null : inputs.Required(2, "x_zero_point", x.Type);
        QuantizationAxis axis = QuantizationAxis.Create(
            this, x.Shape, scale, zero, attributes.Int("axis", 1), attributes.Int("block_size", 0));
        bool hasZero = zero is not null, signed = x.Type == ElementType.Int8, wide = x.Type == ElementType.Int32;
        return new Kernel(Output(ElementType.Float32, x.Shape), (in KernelCall c) =>
        {
            ReadOnlySpan<float> scales = c.Input<float>(1);
            Span<float> y = c.Output<float>(0);
            for (int o = 0, at = 0; o < axis.Outer; o++)
            {
                for (int ch = 0; ch < axis.Channels; ch++, at += axis.Inner)
                {
                    Span<float> target = y.Slice(at, axis.Inner);
                    if (wide) Wide(c.Input<int>(0).Slice(at, axis.Inner), target, scales[ch], hasZero ? c.Input<int>(2)[ch] : 0);
                    else QuantizeLoops.Dequantize(c.Input(0).Slice(at, axis.Inner), target, scales[ch], hasZero
                        ? (signed ? (sbyte)c.Input(2)[ch] : c.Input(2)[ch])
                        : 0, signed);
                }
            }
        });
    }

    private static void Wide(ReadOnlySpan<int> q, Span<float> x, float scale, int zeroPoint)
    {
        for (int i = 0; i < x.Length; i++) x[i] = (float)((long)q[i] - zeroPoint) * scale;
    }
}
