using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cim.Runtime.Operators.Elementwise;

namespace Cim.Runtime.Operators.Spatial;

/// <summary>Windows along the width of a row.</summary>
/// <param name="Start">The first element of the first window.</param>
/// <param name="Size">Elements of a window.</param>
/// <param name="Stride">From one window to the next.</param>
/// <param name="Dilation">From one element of a window to the next.</param>
internal readonly record struct SlidingWindow(int Start, int Size, int Stride, int Dilation);

/// <summary>
/// The two halves of a pool: input rows combined into one, and that row combined along the width. Both run over whole
/// vectors wherever memory allows; what a last vector holds beyond the row is never looked at.
/// </summary>
internal static class PoolRows
{
    /// <summary>Elements a buffer of <paramref name="length"/> needs so that vectors may run over its end.</summary>
    public static int Padded<T>(int length) where T : unmanaged => length + (2 * Vector256<T>.Count);

    /// <summary>target = f(a, b) for <paramref name="width"/> elements; target has room as by <see cref="Padded{T}"/>.</summary>
    public static void Merge<T, TF>(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> target, int width)
        where T : unmanaged where TF : struct, IBinaryFunction<T>
    {
        ref T ra = ref MemoryMarshal.GetReference(a), rb = ref MemoryMarshal.GetReference(b), rt = ref MemoryMarshal.GetReference(target);
        int readable = Math.Min(Math.Min(a.Length, b.Length), target.Length), i = 0;
        for (; i < width && i + Vector256<T>.Count <= readable; i += Vector256<T>.Count)
            TF.Invoke(Vector256.LoadUnsafe(ref ra, (nuint)i), Vector256.LoadUnsafe(ref rb, (nuint)i)).StoreUnsafe(ref rt, (nuint)i);
        for (; i < width; i++) target[i] = TF.Invoke(a[i], b[i]);
    }

    /// <summary>
    /// target[o] = f over the window of output o for o in [from, to), all inside the row; the order is that of the window's elements.
    /// Both buffers have room as by <see cref="Padded{T}"/>.
    /// </summary>
    public static void Slide<T, TF>(ReadOnlySpan<T> row, Span<T> target, int from, int to, SlidingWindow window)
        where T : unmanaged, INumber<T> where TF : struct, IBinaryFunction<T>
    {
        (int start, int kernel, int stride, int dilation) = window;
        if (stride == 1)
        {
            SlideByOne<T, TF>(row, target, from, to, start, kernel, dilation);
        }
        else if (stride == 2 && dilation == 1 && (typeof(T) == typeof(byte) || typeof(T) == typeof(sbyte))
            && typeof(TF) == typeof(Maximum<T>))
        {
            MaximaByTwo(MemoryMarshal.Cast<T, byte>(row), MemoryMarshal.Cast<T, byte>(target), from, to, start, kernel,
                typeof(T) == typeof(sbyte) ? (ushort)0x8080 : (ushort)0);
        }
        else
        {
            for (int o = from; o < to; o++, start += stride)
            {
                T value = row[start];
                for (int k = 1, at = start + dilation; k < kernel; k++, at += dilation) value = TF.Invoke(value, row[at]);
                target[o] = value;
            }
        }
    }

    private static void SlideByOne<T, TF>(ReadOnlySpan<T> row, Span<T> target, int from, int to, int start, int kernel, int dilation)
        where T : unmanaged where TF : struct, IBinaryFunction<T>
    {
        ref T source = ref MemoryMarshal.GetReference(row), rt = ref MemoryMarshal.GetReference(target);
        int o = from, reach = (kernel - 1) * dilation;
        for (; o < to && start + reach + Vector256<T>.Count <= row.Length
            && o + Vector256<T>.Count <= target.Length; o += Vector256<T>.Count, start += Vector256<T>.Count)
        {
            Vector256<T> value = Vector256.LoadUnsafe(ref source, (nuint)start);
            for (int at = start + dilation; at <= start + reach; at += dilation)
                value = TF.Invoke(value, Vector256.LoadUnsafe(ref source, (nuint)at));
            value.StoreUnsafe(ref rt, (nuint)o);
        }

        for (; o < to; o++, start++)
        {
            T value = row[start];
            for (int at = start + dilation; at <= start + reach; at += dilation) value = TF.Invoke(value, row[at]);
            target[o] = value;
        }
    }

    /// <summary>Stride 2 over bytes: sixteen windows at a time as the halves of 16-bit lanes; <paramref name="flip"/> makes signed order
    /// unsigned.</summary>
    private static void MaximaByTwo(ReadOnlySpan<byte> row, Span<byte> target, int from, int to, int start, int kernel, ushort flip)
    {
        ref byte source = ref MemoryMarshal.GetReference(row), rt = ref MemoryMarshal.GetReference(target);
        Vector256<ushort> low = Vector256.Create((ushort)0x00FF), sign = Vector256.Create(flip);
        int o = from;
        for (; o < to && start + kernel + 32 <= row.Length && o + 16 <= target.Length; o += 16, start += 32)
        {
            Vector256<ushort> best = default;
            for (int k = 0; k < kernel; k += 2)
            {
                Vector256<ushort> pair = Vector256.LoadUnsafe(ref source, (nuint)(start + k)).AsUInt16() ^ sign;
                best = Vector256.Max(best, pair & low);
                if (k + 1 < kernel) best = Vector256.Max(best, Vector256.ShiftRightLogical(pair, 8));
            }

            best ^= sign & low;
            Vector128.Narrow(best.GetLower(), best.GetUpper()).StoreUnsafe(ref rt, (nuint)o);
        }

        byte bit = (byte)flip;
        for (; o < to; o++, start += 2)
        {
            int best = 0;
            for (int k = 0; k < kernel; k++) best = Math.Max(best, row[start + k] ^ bit);
            target[o] = (byte)(best ^ bit);
        }
    }
}
