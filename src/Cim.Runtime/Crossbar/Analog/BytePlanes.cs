using Cim.Runtime.Crossbar.Kernels;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>
/// A group's input with its padding made explicit (the zero point, which is what the DACs apply there) and its phases apart:
/// [channel][row][<see cref="PlaneLayout.RowLength"/>] bytes. Everything the word lines see is an elementwise function of it.
/// </summary>
internal static unsafe class BytePlanes
{
    /// <summary>Bytes of one channel's rows, a whole number of vectors.</summary>
    public static int PlaneBytes(PlaneLayout layout, int planeRows) => ((planeRows * layout.RowLength) + 15) / 16 * 16;

    /// <summary>Fills rows [firstRow, firstRow + rows) of every channel from an image in [channel, y, x] order.</summary>
    public static void FromImage(
        PlaneLayout layout, byte* channels, byte padding, int firstRow, int rows, int planeBytes, byte* planes)
    {
        ConvolutionGeometry g = layout.Geometry;
        nint channelSize = (nint)g.InputHeight * g.InputWidth;
        new Span<byte>(planes, layout.Channels * planeBytes).Fill(padding);
        for (int c = 0; c < layout.Channels; c++, channels += channelSize, planes += planeBytes)
        for (int r = 0; r < rows; r++)
        {
            int y = firstRow + r - g.PadTop;
            if (y < 0 || y >= g.InputHeight) continue;
            byte* source = channels + ((nint)y * g.InputWidth);
            byte* row = planes + (r * layout.RowLength);
            for (int phase = 0; phase < g.StrideX; phase++, row += layout.PhaseLength)
            {
                PhaseRun run = layout.Runs[phase];
                int first = Math.Min(run.First, layout.PhaseLength), count = Math.Min(run.Count, layout.PhaseLength - first);
                int column = (run.First * g.StrideX) + phase - g.PadLeft;
                if (g.StrideX == 1)
                {
                    if (count > 0) new Span<byte>(source + column, count).CopyTo(new Span<byte>(row + first, count));
                    continue;
                }
                for (int i = 0; i < count; i++) row[first + i] = source[column + (i * g.StrideX)];
            }
        }
    }

    /// <summary>Fills the planes of a matrix layer: plane r holds input r of neighbouring positions.</summary>
    public static void FromRows(byte* source, int rows, nint stride, int positions, byte padding, int planeBytes, byte* planes)
    {
        for (int r = 0; r < rows; r++, planes += planeBytes)
        {
            byte* x = source + r;
            for (int p = 0; p < positions; p++) planes[p] = x[p * stride];
            new Span<byte>(planes + positions, planeBytes - positions).Fill(padding);
        }
    }

    /// <summary>One slice of two channels as 16-bit pairs (<paramref name="high"/> null: zeros), or their sum of squares as
    /// floats.</summary>
    public static void Pairs<L, TI, TF>(InputSlice slice, byte* low, byte* high, int count, int* pairs)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        for (int i = 0; i < count; i += L.Count)
        {
            TI a = Slice<L, TI, TF>(slice, low + i);
            TI b = high == null ? L.Broadcast(0) : Slice<L, TI, TF>(slice, high + i);
            L.Store(pairs + i, L.Pair(a, b));
        }
    }

    /// <summary>One slice of one bit of a channel as masks: all ones where the bit is set.</summary>
    public static void Masks<L, TI, TF>(InputSlice slice, byte* source, int count, int* masks)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        for (int i = 0; i < count; i += L.Count) L.Store(masks + i, L.Subtract(L.Broadcast(0), Slice<L, TI, TF>(slice, source + i)));
    }

    /// <summary>One slice of a channel as floats.</summary>
    public static void Floats<L, TI, TF>(InputSlice slice, byte* source, int count, float* values)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        for (int i = 0; i < count; i += L.Count) L.StoreF(values + i, L.ToSingle(Slice<L, TI, TF>(slice, source + i)));
    }

    /// <summary>sum over reads of (Factor * slice)^2 of a channel as floats: what read noise is weighted with.</summary>
    public static void Squares<L, TI, TF>(ReadOnlySpan<InputSlice> reads, byte* source, int count, float* values)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        for (int i = 0; i < count; i += L.Count)
        {
            TF sum = L.BroadcastF(0);
            foreach (InputSlice read in reads)
            {
                TF v = L.MultiplyF(L.ToSingle(Slice<L, TI, TF>(read, source + i)), L.BroadcastF(read.Factor));
                sum = L.AddF(sum, L.MultiplyF(v, v));
            }
            L.StoreF(values + i, sum);
        }
    }

    private static TI Slice<L, TI, TF>(InputSlice slice, byte* source)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        // Two's complement bits of both storage types are the low bits of the byte; a signed field is sign-extended.
        int left = 32 - slice.Shift - slice.Bits;
        TI top = L.ShiftLeft(L.WidenSigned(source), left);
        return slice.Signed ? L.ShiftRight(top, 32 - slice.Bits) : L.ShiftRightLogical(top, 32 - slice.Bits);
    }
}
