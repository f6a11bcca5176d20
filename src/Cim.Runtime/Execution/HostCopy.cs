using System.Runtime.InteropServices;

namespace Cim.Runtime.Execution;

/// <summary>Between the caller's floats and the model's element types: integers are rounded half to even and saturate.</summary>
internal static class HostCopy
{
    public static void ToModel(ReadOnlySpan<float> source, Span<byte> target, ElementType type)
    {
        switch (type)
        {
            case ElementType.Float32: MemoryMarshal.AsBytes(source).CopyTo(target); break;
            case ElementType.Int64: Convert(source, MemoryMarshal.Cast<byte, long>(target), static v => v >= 9.2233720368547758E18 ? long.MaxValue : (long)v); break;
            case ElementType.Int32: Convert(source, MemoryMarshal.Cast<byte, int>(target), static v => (int)Math.Clamp(v, int.MinValue, int.MaxValue)); break;
            case ElementType.Int8: Convert(source, MemoryMarshal.Cast<byte, sbyte>(target), static v => (sbyte)Math.Clamp(v, sbyte.MinValue, sbyte.MaxValue)); break;
            case ElementType.UInt8: Convert(source, target, static v => (byte)Math.Clamp(v, byte.MinValue, byte.MaxValue)); break;
            default: for (int i = 0; i < target.Length; i++) target[i] = source[i] != 0 ? (byte)1 : (byte)0; break;
        }
    }

    public static void ToHost(ReadOnlySpan<byte> source, Span<float> target, ElementType type)
    {
        switch (type)
        {
            case ElementType.Float32: source.CopyTo(MemoryMarshal.AsBytes(target)); break;
            case ElementType.Int64: Convert(MemoryMarshal.Cast<byte, long>(source), target, static v => v); break;
            case ElementType.Int32: Convert(MemoryMarshal.Cast<byte, int>(source), target, static v => v); break;
            case ElementType.Int8: Convert(MemoryMarshal.Cast<byte, sbyte>(source), target, static v => v); break;
            default: Convert(source, target, static v => v); break;
        }
    }

    private static void Convert<T>(ReadOnlySpan<float> source, Span<T> target, Func<double, T> convert)
    {
        for (int i = 0; i < target.Length; i++) target[i] = float.IsNaN(source[i]) ? convert(0) : convert(Math.Round((double)source[i], MidpointRounding.ToEven));
    }

    private static void Convert<T>(ReadOnlySpan<T> source, Span<float> target, Func<T, float> convert)
    {
        for (int i = 0; i < target.Length; i++) target[i] = convert(source[i]);
    }
}
