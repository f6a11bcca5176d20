using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>Fills the planes of a <see cref="PlaneLayout"/> of four channels a plane: bytes without a sign, counted from a least input;
/// padding is the zero point.</summary>
internal static unsafe class QuadPacker
{
    /// <summary>As <see cref="PlanePacker.Pack"/>, counted from <paramref name="least"/>.</summary>
    /// <returns>False if an input is outside of its range.</returns>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static bool Pack(
        PlaneLayout layout, byte* channels, QuantizationParameters input, int least, PlaneBand band, int* planes, byte* scratch)
    {
        ConvolutionGeometry g = layout.Geometry;
        nint channelSize = (nint)g.InputHeight * g.InputWidth, scratchRow = (nint)g.StrideX * layout.PhaseBytes;
        int padding = (byte)(input.ZeroPoint - least) * 0x01010101;
        Vector128<byte> largest = Vector128<byte>.Zero;
        byte** rows = stackalloc byte*[4];
        for (int plane = 0; plane < layout.Planes; plane++)
        {
            byte* first = channels + (4 * plane * channelSize);
            int count = Math.Min(4, layout.Channels - (4 * plane));
            for (int r = 0; r < band.Rows; r++)
            {
                int* row = planes + ((((nint)plane * band.PlaneRows) + r) * layout.RowLength);
                int y = band.FirstRow + r - g.PadTop;
                if (y < 0 || y >= g.InputHeight)
                {
                    new Span<int>(row, layout.RowLength).Fill(padding);
                    continue;
                }

                for (int c = 0; c < 4; c++)
                {
                    // Channels that are not there have weights of 0: any of the others stands for them.
                    rows[c] = c < count
                        ? PlanePacker.Split(first + (c * channelSize) + ((nint)y * g.InputWidth), layout, scratch + (c * scratchRow))
                        : rows[0];
                }

                for (int phase = 0; phase < g.StrideX; phase++, row += layout.PhaseLength)
                {
                    Interleave(
                        rows, layout.Runs[phase], (unchecked((byte)least), padding), new Span<int>(row, layout.PhaseLength), ref largest);
                }
            }
        }

        return Vector128.LessThanOrEqualAll(largest, Vector128.Create((byte)(input.Max - least)));
    }

    private static void Interleave(
        byte** rows, PhaseRun run, (byte Least, int Padding) values, Span<int> to, ref Vector128<byte> largest)
    {
        (byte least, int padding) = values;
        int first = Math.Min(run.First, to.Length), end = Math.Min(run.First + run.Count, to.Length), i = first;
        to[..first].Fill(padding);
        to[end..].Fill(padding);
        nint at = run.Offset - run.First;
        byte* a = rows[0] + at, b = rows[1] + at, c = rows[2] + at, d = rows[3] + at;
        fixed (int* target = to)
        {
            if (Sse2.IsSupported)
            {
                Vector128<byte> from = Vector128.Create(least), greatest = largest;
                for (; i + 16 <= end; i += 16)
                {
                    Vector128<byte> u = Vector128.Load(a + i) - from, v = Vector128.Load(b + i) - from;
                    Vector128<byte> w = Vector128.Load(c + i) - from, x = Vector128.Load(d + i) - from;
                    Quads(Sse2.UnpackLow(u, v), Sse2.UnpackLow(w, x), target + i);
                    Quads(Sse2.UnpackHigh(u, v), Sse2.UnpackHigh(w, x), target + i + 8);
                    greatest = Vector128.Max(greatest, Vector128.Max(Vector128.Max(u, v), Vector128.Max(w, x)));
                }

                for (; i + 8 <= end; i += 8)
                {
                    Vector128<byte> low = Sse2.UnpackLow(Eight(a + i), Eight(b + i)) - from;
                    Vector128<byte> high = Sse2.UnpackLow(Eight(c + i), Eight(d + i)) - from;
                    Quads(low, high, target + i);
                    greatest = Vector128.Max(greatest, Vector128.Max(low, high));
                }

                largest = greatest;
            }

            for (; i < end; i++)
            {
                byte u = (byte)(a[i] - least), v = (byte)(b[i] - least), w = (byte)(c[i] - least), x = (byte)(d[i] - least);
                target[i] = u | (v << 8) | (w << 16) | (x << 24);
                largest = Vector128.Max(largest, Vector128.CreateScalar(Math.Max(Math.Max(u, v), Math.Max(w, x))));
            }
        }
    }

    private static Vector128<byte> Eight(byte* p) => Vector128.CreateScalar(*(ulong*)p).AsByte();

    // Eight quads of eight pairs of the first two channels and of the last two.
    private static void Quads(Vector128<byte> low, Vector128<byte> high, int* to)
    {
        Sse2.UnpackLow(low.AsUInt16(), high.AsUInt16()).AsInt32().Store(to);
        Sse2.UnpackHigh(low.AsUInt16(), high.AsUInt16()).AsInt32().Store(to + 4);
    }
}
