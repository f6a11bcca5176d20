using Cim.Runtime.Crossbar.Kernels;

namespace Cim.Runtime.Crossbar.Analog;

/// <summary>
/// The steps of a row tile for <see cref="LookupSums"/>: four channels at one kernel tap. Channels are counted from the tile's
/// first one, so that a tile that begins in the middle of four does not need more steps.
/// </summary>
internal sealed class LookupTile
{
    /// <param name="tileOf">The row tile of every row.</param>
    /// <param name="tile">The row tile.</param>
    /// <param name="layout">How the inputs lie.</param>
    /// <param name="firstPlane">Planes of indices before this tile's.</param>
    /// <param name="planeLength">Bytes of one.</param>
    public LookupTile(int[] tileOf, int tile, PlaneLayout layout, int firstPlane, int planeLength)
    {
        ConvolutionGeometry g = layout.Geometry;
        int kernel = g.KernelHeight * g.KernelWidth;
        FirstChannel = Math.Max(0, Array.IndexOf(tileOf, tile)) / kernel;
        EndChannel = (Array.LastIndexOf(tileOf, tile) / kernel) + 1;
        FirstPlane = firstPlane;
        Planes = (EndChannel - FirstChannel + LookupTables.Rows - 1) / LookupTables.Rows;
        List<int> offsets = [], rows = [];
        for (int plane = 0; plane < Planes; plane++)
        for (int tap = 0; tap < kernel; tap++)
        {
            int[] four = [.. Enumerable.Range(0, LookupTables.Rows).Select(i => Row((plane * LookupTables.Rows) + i, tap))];
            if (four.All(r => r < 0)) continue;
            int x = tap % g.KernelWidth * g.DilationX;
            offsets.Add(((firstPlane + plane) * planeLength) + (tap / g.KernelWidth * g.DilationY * layout.RowLength)
                + (x % g.StrideX * layout.PhaseLength) + (x / g.StrideX));
            rows.AddRange(four);
        }
        (Offsets, StepRows) = ([.. offsets], [.. rows]);
        // Kernels take two steps at a time: they find an empty one after an odd number.
        PaddedSteps = (Offsets.Length + 1) / 2 * 2;

        int Row(int channel, int tap)
        {
            int row = ((FirstChannel + channel) * kernel) + tap;
            return FirstChannel + channel < EndChannel && tileOf[row] == tile ? row : -1;
        }
    }

    public int FirstChannel { get; }

    public int EndChannel { get; }

    public int FirstPlane { get; }

    public int Planes { get; }

    /// <summary>Per step, where its indices begin in the planes of one bit.</summary>
    public int[] Offsets { get; }

    /// <summary>Per step, its four rows, -1 where there is none.</summary>
    public int[] StepRows { get; }

    public int PaddedSteps { get; }
}
