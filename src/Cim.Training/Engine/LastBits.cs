using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Cim.Training.Engine;

/// <summary>
/// For tests, and for whoever wants to see what another processor might give: with the environment variable
/// <c>CIM_LAST_BITS=SEED</c> every floating-point result of ONNX Runtime is moved by up to two units in its last place. Processors with
/// other vector widths differ by as much, because they add in another order.
/// </summary>
public static class LastBits
{
    private const int Units = 2;

    private static readonly ulong? _seed =
        ulong.TryParse(Environment.GetEnvironmentVariable("CIM_LAST_BITS"), NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed)
            ? seed
            : null;

    /// <summary>Moves the values, if that was asked for.</summary>
    public static void Move(Span<float> values)
    {
        if (_seed is { } seed) Move(values, seed);
    }

    /// <summary>Moves the values of a tensor of real numbers, if that was asked for.</summary>
    public static void Move(OrtValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (_seed is null) return;
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        if (info.ElementDataType == TensorElementType.Float) Move(value.GetTensorMutableDataAsSpan<float>());
        else if (info.ElementDataType == TensorElementType.Double) Move(value.GetTensorMutableDataAsSpan<double>(), _seed.Value);
    }

    internal static void Move(Span<float> values, ulong seed)
    {
        Span<int> bits = MemoryMarshal.Cast<float, int>(values);
        for (int i = 0; i < bits.Length; i++)
        {
            // Zeros are results of a Relu or of a padding, not of a sum; the largest and the smallest numbers would become others' kind.
            int exponent = (bits[i] >> 23) & 0xff;
            if (exponent is > 0 and < 0xfe) bits[i] += Step(seed, i, (uint)bits[i]);
        }
    }

    private static void Move(Span<double> values, ulong seed)
    {
        Span<long> bits = MemoryMarshal.Cast<double, long>(values);
        for (int i = 0; i < bits.Length; i++)
        {
            long exponent = (bits[i] >> 52) & 0x7ff;
            if (exponent is > 0 and < 0x7fe) bits[i] += Step(seed, i, (ulong)bits[i]);
        }
    }

    /// <summary>Of the value itself and where it stands, so that the same computation is moved the same way.</summary>
    private static int Step(ulong seed, int index, ulong bits)
    {
        ulong hash = (seed + 1) * 0x9E3779B97F4A7C15UL;
        foreach (ulong part in (ReadOnlySpan<ulong>)[(ulong)index, bits])
        {
            hash = (hash ^ part) * 0xBF58476D1CE4E5B9UL;
            hash ^= hash >> 31;
        }

        return (int)(hash % ((2 * Units) + 1)) - Units;
    }
}
