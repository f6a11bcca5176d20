using System.Runtime.Intrinsics;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>Fills the planes of a <see cref="PlaneLayout"/> from bytes: minus the zero point, padding 0, phases apart.</summary>
internal static unsafe class PlanePacker
{
    /// <summary>Bytes <see cref="Pack"/> needs for one row being split into phases, with room to read past its end.</summary>
    public static int ScratchBytes(PlaneLayout layout) =>
        2 * (((layout.Geometry.InputWidth + layout.Geometry.StrideX) / layout.Geometry.StrideX) + 64);

    /// <summary>Packs one group's channels for padded input rows [firstRow, firstRow + rows).</summary>
    /// <param name="layout">The layout.</param>
    /// <param name="channels">The group's first channel of one image.</param>
    /// <param name="signed">The activations are int8.</param>
    /// <param name="zeroPoint">Subtracted from every activation.</param>
    /// <param name="firstRow">First padded row.</param>
    /// <param name="rows">Padded rows.</param>
    /// <param name="planeRows">Rows from one plane to the next.</param>
    /// <param name="planes">Receives planes x rows x <see cref="PlaneLayout.RowLength"/> pairs.</param>
    /// <param name="scratch"><see cref="ScratchBytes"/> bytes.</param>
    public static void Pack<L, TI, TF>(
        PlaneLayout layout, byte* channels, bool signed, int zeroPoint, int firstRow, int rows, int planeRows,
        int* planes, byte* scratch)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        ConvolutionGeometry g = layout.Geometry;
        nint channelSize = (nint)g.InputHeight * g.InputWidth;
        byte* second = scratch + (ScratchBytes(layout) / 2);
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
                for (int phase = 0; phase < g.StrideX; phase++, row += layout.PhaseLength)
                {
                    Phase a = Split(low + at, g, phase - g.PadLeft, scratch);
                    if (layout.PairsTaps)
                    {
                        Phase b = Split(low + at, g, phase + g.DilationX - g.PadLeft, second);
                        Interleave<L, TI, TF>(a, b, signed, zeroPoint, row, layout.PhaseLength);
                    }
                    else
                    {
                        Phase b = high == null ? default : Split(high + at, g, phase - g.PadLeft, second);
                        Interleave<L, TI, TF>(a, b, signed, zeroPoint, row, layout.PhaseLength);
                    }
                }
            }
        }
    }

    /// <summary>Elements [First, First + Count) of a run lie at Data; the others are padding.</summary>
    private readonly struct Phase(byte* data, int first, int count)
    {
        public readonly byte* Data = data;
        public readonly int First = first;
        public readonly int Count = count;
    }

    // The run element i is input column (i * stride + shift).
    private static Phase Split(byte* row, ConvolutionGeometry g, int shift, byte* scratch)
    {
        int stride = g.StrideX;
        int first = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
        int column = (first * stride) + shift;
        int count = column >= g.InputWidth ? 0 : (g.InputWidth - 1 - column) / stride + 1;
        if (stride == 1) return new Phase(row + column, first, count);
        byte* source = row + column;
        int i = 0;
        if (stride == 2 && Vector128.IsHardwareAccelerated)
        {
            var mask = Vector128.Create((ushort)0xFF);
            for (; (2 * i) + 32 <= g.InputWidth - column; i += 16)
            {
                var low = Vector128.Load(source + (2 * i)).AsUInt16() & mask;
                var high = Vector128.Load(source + (2 * i) + 16).AsUInt16() & mask;
                Vector128.Store(Vector128.Narrow(low, high), scratch + i);
            }
        }
        for (; i < count; i++) scratch[i] = source[i * stride];
        return new Phase(scratch, first, count);
    }

    private static void Interleave<L, TI, TF>(Phase a, Phase b, bool signed, int zeroPoint, int* run, int length)
        where L : struct, ILanes<TI, TF>
        where TI : unmanaged
        where TF : unmanaged
    {
        // Where both halves have data whole vectors are packed; the few elements at the edges one by one.
        int from = b.Data == null ? a.First : Math.Max(a.First, b.First);
        int to = b.Data == null ? a.First + a.Count : Math.Min(a.First + a.Count, b.First + b.Count);
        to = Math.Min(to, length);
        from = Math.Min(from, Math.Max(to, 0));
        int i = 0;
        for (; i < from; i++) run[i] = Element(a, b, signed, zeroPoint, i);
        TI zero = L.Broadcast(zeroPoint);
        byte* p = a.Data - a.First;
        byte* q = b.Data == null ? p : b.Data - b.First;
        TI keep = L.Broadcast(0);
        for (; i + L.Count <= to; i += L.Count)
        {
            TI low = L.Subtract(signed ? L.WidenSigned(p + i) : L.WidenUnsigned(p + i), zero);
            TI high = b.Data == null ? keep : L.Subtract(signed ? L.WidenSigned(q + i) : L.WidenUnsigned(q + i), zero);
            L.Store(run + i, L.Pair(low, high));
        }
        int filled = Math.Min(length, Math.Max(a.First + a.Count, b.Data == null ? 0 : b.First + b.Count));
        for (; i < filled; i++) run[i] = Element(a, b, signed, zeroPoint, i);
        if (i < length) new Span<int>(run + i, length - i).Clear();
    }

    private static int Element(Phase a, Phase b, bool signed, int zeroPoint, int i) =>
        (Value(a, signed, zeroPoint, i) & 0xFFFF) | (Value(b, signed, zeroPoint, i) << 16);

    private static int Value(Phase p, bool signed, int zeroPoint, int i)
    {
        i -= p.First;
        if (p.Data == null || (uint)i >= (uint)p.Count) return 0;
        return (signed ? (sbyte)p.Data[i] : p.Data[i]) - zeroPoint;
    }
}
