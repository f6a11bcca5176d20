using System.Numerics;

namespace Cim.Runtime.Operators.Elementwise;

/// <summary>
/// Cast to the element type whose ONNX number is attribute <c>to</c> (one of <see cref="ElementType"/>; the importer turns
/// float16, bfloat16 and double into Float32 and the other integers into wider ones). Our own attribute <c>narrow</c> is the ONNX
/// number of such an integer, or of float16 or bfloat16: the result is one of its numbers, in the wider type.
/// </summary>
/// <remarks>
/// What ONNX leaves open is what ONNX Runtime does on x86: reals are truncated towards zero to 32 bits (64 for int64 and uint32),
/// NaN and what is out of range give the smallest integer, and a narrower type has the low bits of that. Reals become 4-bit
/// integers rounded half away from zero. Integers have their low bits.
/// </remarks>
internal sealed class Cast(long to, long narrow) : Operator
{
    /// <summary>The name of attribute <c>narrow</c>.</summary>
    public const string NarrowAttribute = "narrow";

    /// <summary>The integers that ONNX has and tensors here do not: how wide they are.</summary>
    /// <param name="onnxType">The ONNX number.</param>
    /// <returns>Bits and sign, or null for all other types.</returns>
    public static (int Bits, bool Signed)? NarrowInteger(long onnxType) => onnxType switch
    {
        4 => (16, false),
        5 => (16, true),
        12 => (32, false),
        21 => (4, false),
        22 => (4, true),
        _ => null,
    };

    /// <summary>True for float16 and bfloat16, which tensors hold as Float32.</summary>
    public static bool IsNarrowFloat(long onnxType) => onnxType is Half16 or Brain16;

    private const long Half16 = 10, Brain16 = 16;

    protected override Kernel Bind(OperatorInputs inputs)
    {
        TensorInfo x = inputs.Required(0, "input");
        var type = (ElementType)(to is > 0 and < 256 ? to : 0);
        if (!Enum.IsDefined(type)) throw Error($"casting to ONNX element type {to} is not supported.");
        TensorInfo output = Output(type, x.Shape);
        if (IsNarrowFloat(narrow) && type == ElementType.Float32) return NarrowFloat(x, output, narrow == Half16);
        if (narrow != 0) return Narrow(x, output);
        return type == x.Type ? Kernel.View(output) : From(x, output);
    }

    private static Kernel From(TensorInfo x, TensorInfo output) => x.Type switch
        {
        ElementType.Float32 => From<float>(output),
        ElementType.Int64 => From<long>(output),
        ElementType.Int32 => From<int>(output),
        ElementType.Int8 => From<sbyte>(output),
        _ => From<byte>(output),
    };

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
                for (int i = 0; i < y.Length; i++)
                    y[i] = TY.CreateTruncating(Truncated(float.CreateTruncating(x[i]), typeof(TY) == typeof(long)));
            else
                for (int i = 0; i < y.Length; i++) y[i] = TY.CreateTruncating(x[i]);
        });

    /// <summary>Numbers rounded to the nearest of the narrow type, halves to even.</summary>
    private static Kernel NarrowFloat(TensorInfo x, TensorInfo output, bool half)
    {
        Kernel wide = x.Type == ElementType.Float32 ? Kernel.View(output) : From(x, output);
        return new Kernel(output, (in KernelCall c) =>
        {
            wide.Run(c);
            Span<float> y = c.Output<float>(0);
            for (int i = 0; i < y.Length; i++) y[i] = half ? (float)(Half)y[i] : ToBrain(y[i]);
        });
    }

    /// <summary>The upper 16 bits, rounded; NaN stays NaN.</summary>
    private static float ToBrain(float value)
    {
        if (float.IsNaN(value)) return float.NaN;
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000);
    }

    private Kernel Narrow(TensorInfo x, TensorInfo output)
    {
        if (NarrowInteger(narrow) is not var (bits, signed)) throw Error($"'{NarrowAttribute}' is {narrow}, which is no narrow integer.");
        return (x.Type, output.Type) switch
        {
            (ElementType.Float32, ElementType.Int8) => Low<float, sbyte>(output, bits, signed),
            (ElementType.Float32, ElementType.UInt8) => Low<float, byte>(output, bits, signed),
            (ElementType.Float32, ElementType.Int32) => Low<float, int>(output, bits, signed),
            (ElementType.Float32, ElementType.Int64) => Low<float, long>(output, bits, signed),
            (ElementType.Int64, _) => FromInteger<long>(output, bits, signed),
            (ElementType.Int32, _) => FromInteger<int>(output, bits, signed),
            (ElementType.Int8, _) => FromInteger<sbyte>(output, bits, signed),
            _ => FromInteger<byte>(output, bits, signed),
        };
    }

    private Kernel FromInteger<TX>(TensorInfo output, int bits, bool signed) where TX : unmanaged, INumber<TX> => output.Type switch
    {
        ElementType.Int8 => Low<TX, sbyte>(output, bits, signed),
        ElementType.UInt8 => Low<TX, byte>(output, bits, signed),
        ElementType.Int32 => Low<TX, int>(output, bits, signed),
        ElementType.Int64 => Low<TX, long>(output, bits, signed),
        _ => throw Error($"an integer of {bits} bits is not held by {output.Type}."),
    };

    // The low bits of the integer, read with their sign or without.
    private Kernel Low<TX, TY>(TensorInfo output, int bits, bool signed)
        where TX : unmanaged, INumber<TX>
        where TY : unmanaged, INumber<TY>
    {
        if (output.Type.SizeOf() * 8 < bits) throw Error($"an integer of {bits} bits is not held by {output.Type}.");
        int left = 64 - bits;
        return new Kernel(output, (in KernelCall c) =>
        {
            ReadOnlySpan<TX> x = c.Input<TX>(0);
            Span<TY> y = c.Output<TY>(0);
            for (int i = 0; i < y.Length; i++)
            {
                long v = typeof(TX) != typeof(float) ? long.CreateTruncating(x[i])
                    : bits == 4 ? Truncated(MathF.Round(float.CreateTruncating(x[i]), MidpointRounding.AwayFromZero), wide: false)
                    : Truncated(float.CreateTruncating(x[i]), wide: bits == 32);
                y[i] = TY.CreateTruncating(signed ? (v << left) >> left : (long)((ulong)(v << left) >> left));
            }
        });
    }

    private static long Truncated(float v, bool wide)
    {
        const float Int32End = 2147483648f, Int64End = 9223372036854775808f;
        if (wide) return v >= -Int64End && v < Int64End ? (long)v : long.MinValue;
        return v >= -Int32End && v < Int32End ? (long)v : int.MinValue;
    }
}
