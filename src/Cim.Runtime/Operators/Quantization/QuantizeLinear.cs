using Cim.Runtime.Program;

namespace Cim.Runtime.Operators.Quantization;

/// <summary>
/// QuantizeLinear(x, y_scale, y_zero_point?): saturate(roundHalfEven(x / scale) + zeroPoint). The result has the type of the
/// zero point (int8, uint8), else that of attribute <c>output_dtype</c>, else uint8. Attribute <c>axis</c> (default 1) with a
/// list of scales. Our own attribute <c>bits</c> (1 to 8, default 8) saturates to fewer bits.
/// </summary>
internal sealed class QuantizeLinear(AttributeMap attributes) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Float(0, "x"), scale = inputs.Float(1, "y_scale");
        TensorInfo? zero = inputs[2];
        long dtype = attributes.Int("output_dtype", 0);
        ElementType type = zero?.Type ?? (dtype == 0 ? ElementType.UInt8 : (ElementType)(byte)Math.Clamp(dtype, 0, 255));
        if (type is not (ElementType.UInt8 or ElementType.Int8)) throw Error($"quantizing to {type} is not supported (UInt8, Int8 are).");
        long bits = attributes.Int("bits", 8);
        if (bits is < 1 or > 8) throw Error($"bits is {bits}, 1 to 8 are supported.");
        QuantizationAxis axis = QuantizationAxis.Create(
            this, x.Shape, scale, zero, attributes.Int("axis", 1), attributes.Int("block_size", 0));
        bool signed = type == ElementType.Int8;
        int low = signed ? -(1 << ((int)bits - 1)) : 0, high = signed ? (1 << ((int)bits - 1)) - 1 : (1 << (int)bits) - 1;
        bool hasZero = zero is not null;
        return new Kernel(Output(type, x.Shape), (in KernelCall c) =>
        {
            ReadOnlySpan<float> source = c.Input<float>(0), scales = c.Input<float>(1);
            Span<byte> y = c.Output(0);
            for (int o = 0, at = 0; o < axis.Outer; o++)
            {
                for (int ch = 0; ch < axis.Channels; ch++, at += axis.Inner)
                {
                    int z = hasZero ? (signed ? (sbyte)c.Input(2)[ch] : c.Input(2)[ch]) : 0;
                    QuantizeLoops.Quantize(source.Slice(at, axis.Inner), y.Slice(at, axis.Inner), scales[ch], z, low, high);
                }
            }
        });
    }
}
