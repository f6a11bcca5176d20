using System.Diagnostics;
using System.Runtime.Intrinsics;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Kernels;
namespace Cim.Benchmarks;
internal static unsafe class Micro
{
    public static void Run()
    {
        foreach (var (c, s, st) in new[] { (16, 32, 1), (32, 16, 1), (64, 8, 1), (16,32,2) })
        {
            var g = new ConvolutionGeometry(c, s, s, 3, 3, st, st, 1, 1, 1, 1, 1, 1);
            var lay = new PlaneLayout(g, c, 8);
            int rows = Bands.Rows(lay), prow = lay.InputRows(rows);
            int[] off = lay.Offsets(prow);
            byte* x = (byte*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc(1 << 20, 64);
            int* pl = (int*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc(1 << 22, 64);
            byte* scr = (byte*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc(1 << 16, 64);
            int* w = (int*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc(1 << 20, 64);
            int* acc = (int*)System.Runtime.InteropServices.NativeMemory.AlignedAlloc(1 << 20, 64);
            double bp = 1e9, bk = 1e9;
            for (int r = 0; r < 300; r++)
            {
                long t = Stopwatch.GetTimestamp();
                for (int q = 0; q < 10; q++)
                for (int y = 0; y < g.OutputHeight; y += rows)
                    PlanePacker.Pack<Lanes256, Vector256<int>, Vector256<float>>(lay, x, false, 0, y*st, prow, prow, pl, scr);
                bp = Math.Min(bp, Stopwatch.GetElapsedTime(t).TotalMicroseconds / 10);
                t = Stopwatch.GetTimestamp();
                fixed (int* o = off)
                for (int q = 0; q < 100; q++)
                    PairProducts.FourByTwo<Lanes256, Vector256<int>, Vector256<float>>(pl + 8*(q&7), pl + 16*(q&7), o, w, lay.Steps, w, acc, 64);
                bk = Math.Min(bk, Stopwatch.GetElapsedTime(t).TotalMicroseconds / 100);
            }
            Console.WriteLine($"{c} {s} stride {st}: bands of {rows}, pack {bp:F2} us, kernel {lay.Steps * 128 / bk / 1000:F1} GMAC/s");
        }
    }
}
