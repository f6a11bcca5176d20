using System.Numerics;
using System.Runtime.InteropServices;

namespace Cim.Runtime.Execution;

/// <summary>
/// Between the caller's floats and the model's element types: integers are rounded half to even and saturate; what is not a
/// finite number is found while it is copied.
/// </summary>
internal static class HostCopy
{
    private const int ExponentBits = 0x7F800000;

    /// <summary>Copies a caller's values into the model's memory.</summary>
    /// <returns>The index of the first value that is NaN or infinite, else -1; the target is undefined if there is one.</returns>
    public static int ToModel(ReadOnlySpan<float> source, Span<byte> target, ElementType type) => type switch
    {
        ElementType.Float32 => Floats(source, MemoryMarshal.Cast<byte, float>(target)),
        ElementType.Int64 =>
            Convert(source, MemoryMarshal.Cast<byte, long>(target), static v => v >= 9.2233720368547758E18 ? long.MaxValue : (long)v),
        ElementType.Int32 =>
            Convert(source, MemoryMarshal.Cast<byte, int>(target), static v => (int)Math.Clamp(v, int.MinValue, int.MaxValue)),
        ElementType.Int8 =>
            Convert(source, MemoryMarshal.Cast<byte, sbyte>(target), static v => (sbyte)Math.Clamp(v, sbyte.MinValue, sbyte.MaxValue)),
        ElementType.UInt8 => Convert(source, target, static v => (byte)Math.Clamp(v, byte.MinValue, byte.MaxValue)),
        _ => Bools(source, target),
    };

    /// <summary>Copies values that have the model's element type already.</summary>
    /// <returns>As <see cref="ToModel"/>.</returns>
    public static int Same(ReadOnlySpan<byte> source, Span<byte> target, ElementType type)
    {
        if (type == ElementType.Float32) return Floats(MemoryMarshal.Cast<byte, float>(source), MemoryMarshal.Cast<byte, float>(target));
        if (type != ElementType.Bool) source.CopyTo(target);
        else
            for (int i = 0; i < target.Length; i++) target[i] = source[i] != 0 ? (byte)1 : (byte)0;
        return -1;
    }

    /// <summary>The index of the first value that is NaN or infinite, else -1.</summary>
    public static int FirstNonFinite(ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++)
            if (!float.IsFinite(values[i])) return i;
        return -1;
    }

    /// <summary>Copies the model's values to a caller.</summary>
    /// <returns>The index of the first integer that a float cannot hold exactly, else -1.</returns>
    public static int ToHost(ReadOnlySpan<byte> source, Span<float> target, ElementType type)
    {
        switch (type)
        {
            case ElementType.Float32: source.CopyTo(MemoryMarshal.AsBytes(target)); return -1;
            case ElementType.Int64: return Convert(MemoryMarshal.Cast<byte, long>(source), target);
            case ElementType.Int32: return Convert(MemoryMarshal.Cast<byte, int>(source), target);
            case ElementType.Int8: return Convert(MemoryMarshal.Cast<byte, sbyte>(source), target);
            default: return Convert(source, target);
        }
    }

    // A copy that looks at the exponents on the way: all bits of it are set in what is not finite.
    private static int Floats(ReadOnlySpan<float> source, Span<float> target)
    {
        ReadOnlySpan<Vector<int>> from = MemoryMarshal.Cast<float, Vector<int>>(source);
        Span<Vector<int>> to = MemoryMarshal.Cast<float, Vector<int>>(target)[..from.Length];
        var exponent = new Vector<int>(ExponentBits);
        Vector<int> found = Vector<int>.Zero;
        for (int i = 0; i < from.Length; i++)
        {
            Vector<int> v = from[i];
            to[i] = v;
            found |= Vector.Equals(v & exponent, exponent);
        }

        int rest = from.Length * Vector<int>.Count;
        source[rest..].CopyTo(target[rest..]);
        return found == Vector<int>.Zero && FirstNonFinite(source[rest..]) < 0 ? -1 : FirstNonFinite(source);
    }

    private static int Convert<T>(ReadOnlySpan<float> source, Span<T> target, Func<double, T> convert)
    {
        for (int i = 0; i < target.Length; i++)
        {
            if (!float.IsFinite(source[i])) return i;
            target[i] = convert(Math.Round((double)source[i], MidpointRounding.ToEven));
        }

        return -1;
    }

    private static int Bools(ReadOnlySpan<float> source, Span<byte> target)
    {
        for (int i = 0; i < target.Length; i++) target[i] = source[i] != 0 ? (byte)1 : (byte)0;
        return FirstNonFinite(source);
    }

    private static int Convert<T>(ReadOnlySpan<T> source, Span<float> target) where T : INumber<T>
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = float.CreateTruncating(source[i]);
            if (T.CreateTruncating(target[i]) != source[i]) return i;
        }

        return -1;
    }
}
