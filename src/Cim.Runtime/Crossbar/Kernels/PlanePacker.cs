using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>The padded input rows [FirstRow, FirstRow + Rows) of a convolution; planes are <paramref name="PlaneRows"/> rows
/// apart.</summary>
/// <param name="FirstRow">The first padded row.</param>
/// <param name="Rows">How many.</param>
/// <param name="PlaneRows">Rows from one plane to the next.</param>
internal readonly record struct PlaneBand(int FirstRow, int Rows, int PlaneRows);

/// <summary>Fills the planes of a <see cref="PlaneLayout"/> from bytes: minus the zero point, padding 0, phases apart.</summary>
internal static unsafe class PlanePacker
{
    /// <summary>Packs one group's channels for some padded input rows.</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="channels">The group's first channel of one image.</param>
    /// <param name="input">What the bytes stand for: the zero point is subtracted from every activation.</param>
    /// <param name="band">The rows.</param>
    /// <param name="planes">Receives planes x rows x <see cref="PlaneLayout.RowLength"/> pairs.</param>
    /// <param name="scratch"><see cref="PlaneLayout.ScratchBytes"/> bytes.</param>
    [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
    public static void Pack<L, TI, TF>(
        PlaneLayout layout, byte* channels, QuantizationParameters input, PlaneBand band, int* planes, byte* scratch)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        (int firstRow, int rows, int planeRows) = band;
        (bool signed, int zeroPoint) = (input.Signed, input.ZeroPoint);
        ConvolutionGeometry g = layout.Geometry;
        nint channelSize = (nint)g.InputHeight * g.InputWidth;
        byte* second = scratch + (layout.ScratchBytes / 2);
        for (int plane = 0; plane < layout.Planes; plane++)
        {
            byte* low = channels + (2 * plane * channelSize);
            byte* high = !layout.PairsTaps && (2 * plane) + 1 < layout.Channels ? low + channelSize : null;
            for (int r = 0; r < rows; r++)
            {
                int* row = planes + (((nint)plane * planeRows) + r) * layout.RowLength;
                int y = firstRow + r - g.PadTop;
                if (y < 0 || y >= g.InputHeight)
                {
                    new Span<int>(row, layout.RowLength).Clear();
                    continue;
                }
                nint at = (nint)y * g.InputWidth;
                byte* lowRow = Split(low + at, layout, scratch);
                byte* highRow = high != null ? Split(high + at, layout, second) : layout.PairsTaps ? lowRow : null;
                for (int phase = 0; phase < g.StrideX; phase++, row += layout.PhaseLength)
                {
                    var a = new Run(lowRow, layout.Runs[phase]);
                    Run b = highRow == null ? default : new Run(highRow, layout.HighRuns[phase]);
                    Interleave<L, TI, TF>(a, b, signed, zeroPoint, row, layout.PhaseLength);
                }
            }
        }
    }

    /// <summary>Elements [First, End) of a run lie at Data; the others are padding.</summary>
    private readonly struct Run(byte* row, PhaseRun run)
    {
        public readonly byte* Data = row + run.Offset;
        public readonly int First = run.First;
        public readonly int End = run.First + run.Count;
    }

    // Columns 0, s, 2s ..., then 1, s + 1 ...: each phase is contiguous. Stride 1 reads the row itself.
    internal static byte* Split(byte* row, PlaneLayout layout, byte* scratch)
    {
        ConvolutionGeometry g = layout.Geometry;
        if (g.StrideX == 1) return row;
        int size = layout.PhaseBytes, column = 0;
        if (g.StrideX == 2 && Vector128.IsHardwareAccelerated)
        {
            var mask = Vector128.Create((ushort)0xFF);
            for (byte* to = scratch; column + 32 <= g.InputWidth; column += 32, to += 16)
            {
                Vector128<ushort> a = Vector128.Load(row + column).AsUInt16(), b = Vector128.Load(row + column + 16).AsUInt16();
                Vector128.Store(Narrow(a & mask, b & mask), to);
                Vector128.Store(Narrow(a >>> 8, b >>> 8), to + size);
            }

            for (; column + 16 <= g.InputWidth; column += 16)
            {
                Vector128<ushort> a = Vector128.Load(row + column).AsUInt16();
                Vector128<ulong> both = Narrow(a & mask, a >>> 8).AsUInt64();
                *(ulong*)(scratch + (column / 2)) = both[0];
                *(ulong*)(scratch + size + (column / 2)) = both[1];
            }
        }
        for (; column < g.InputWidth; column++) scratch[(column % g.StrideX * size) + (column / g.StrideX)] = row[column];
        return scratch;
    }

    private static Vector128<byte> Narrow(Vector128<ushort> a, Vector128<ushort> b) =>
        Sse2.IsSupported ? Sse2.PackUnsignedSaturate(a.AsInt16(), b.AsInt16()) : Vector128.Narrow(a, b);

    private static void Interleave<L, TI, TF>(Run a, Run b, bool signed, int zeroPoint, int* run, int length)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        // Where both halves have data whole vectors are packed; elements where only one has are packed one by one.
        bool paired = b.Data != null;
        int from = paired ? Math.Max(a.First, b.First) : a.First, to = paired ? Math.Min(a.End, b.End) : a.End;
        int start = paired ? Math.Min(a.First, b.First) : a.First, end = paired ? Math.Max(a.End, b.End) : a.End;
        (end, to) = (Math.Min(end, length), Math.Min(to, length));
        int i = 0;
        for (; i < Math.Min(start, length); i++) run[i] = 0;
        for (; i < Math.Min(from, end); i++) run[i] = Element(a, b, signed, zeroPoint, i);
        TI zero = L.Broadcast(zeroPoint);
        byte* p = a.Data - a.First;
        byte* q = b.Data - b.First;
        if (L.Count >= 8 && paired)
        {
            // Interleaved as bytes and widened together: half the work of widening each.
            Vector256<short> zeros = Vector256.Create((short)zeroPoint);
            for (; i + 8 <= to; i += 8)
            {
                Vector128<byte> both = Sse2.UnpackLow(
                    Vector128.CreateScalar(*(ulong*)(p + i)).AsByte(), Vector128.CreateScalar(*(ulong*)(q + i)).AsByte());
                Vector256<short> wide = signed ? Avx2.ConvertToVector256Int16(both.AsSByte()) : Avx2.ConvertToVector256Int16(both);
                (wide - zeros).AsInt32().Store(run + i);
            }
        }
        for (; i + L.Count <= to; i += L.Count)
        {
            TI low = L.Subtract(signed ? L.WidenSigned(p + i) : L.WidenUnsigned(p + i), zero);
            TI high = paired ? L.Subtract(signed ? L.WidenSigned(q + i) : L.WidenUnsigned(q + i), zero) : L.Broadcast(0);
            L.Store(run + i, L.Pair(low, high));
        }
        for (; i < end; i++) run[i] = Element(a, b, signed, zeroPoint, i);
        for (; i < length; i++) run[i] = 0;
    }

    private static int Element(Run a, Run b, bool signed, int zeroPoint, int i) =>
        (Value(a, signed, zeroPoint, i) & 0xFFFF) | (Value(b, signed, zeroPoint, i) << 16);

    private static int Value(Run p, bool signed, int zeroPoint, int i)
    {
        if (p.Data == null || i < p.First || i >= p.End) return 0;
        byte* at = p.Data + (i - p.First);
        return (signed ? (sbyte)*at : *at) - zeroPoint;
    }
}
