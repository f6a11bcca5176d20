using System.Numerics;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>
/// Cast to the element type whose ONNX number is attribute <c>to</c> (one of <see cref="ElementType"/>; the importer turns
/// float16, bfloat16 and double into Float32 and the other integers into Int32 or Int64). Reals are truncated towards
/// zero and saturate; integers wrap; NaN becomes 0.
/// </summary>
internal sealed class Cast(long to) : Operator
{
    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "input");
        var type = (ElementType)(to is > 0 and < 256 ? to : 0);
        if (!Enum.IsDefined(type)) throw Error($"casting to ONNX element type {to} is not supported.");
        TensorInfo output = Output(type, x.Shape);
        if (type == x.Type) return Kernel.View(output);
        return x.Type switch
        {
            ElementType.Float32 => From<float>(output),
            ElementType.Int64 => From<long>(output),
            ElementType.Int32 => From<int>(output),
            ElementType.Int8 => From<sbyte>(output),
            _ => From<byte>(output),
        };
    }

    private static Kernel From<TX>(TensorInfo output) where TX : unmanaged, INumber<TX> => output.Type switch
    {
        ElementType.Float32 => Create<TX, float>(output),
        ElementType.Int64 => Create<TX, long>(output),
        ElementType.Int32 => Create<TX, int>(output),
        ElementType.Int8 => Create<TX, sbyte>(output),
        ElementType.UInt8 => Create<TX, byte>(output),
        _ => new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<TX> x = c.Input<TX>(0);
            Span<byte> y = c.Output(0);
            for (int i = 0; i < y.Length; i++) y[i] = TX.IsZero(x[i]) ? (byte)0 : (byte)1;
        }),
    };

    private static Kernel Create<TX, TY>(TensorInfo output) where TX : unmanaged, INumber<TX> where TY : unmanaged, INumber<TY> =>
        new(output, (in KernelCall c) =>
        {
            ReadOnlySpan<TX> x = c.Input<TX>(0);
            Span<TY> y = c.Output<TY>(0);
            if (typeof(TX) == typeof(float))
                for (int i = 0; i < y.Length; i++) y[i] = TY.CreateSaturating(x[i]);
            else
                for (int i = 0; i < y.Length; i++) y[i] = TY.CreateTruncating(x[i]);
        });
}
