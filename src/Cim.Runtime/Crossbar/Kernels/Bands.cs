namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>How many output rows of a convolution are computed from one packing of its input.</summary>
internal static class Bands
{
    private const long FirstLevelBytes = 24 * 1024;

    private const long SecondLevelBytes = 192 * 1024;

    /// <summary>Rows whose input fits the first-level cache; if these are few, some more, since rows between bands are packed
    /// twice.</summary>
    public static int Rows(PlaneLayout layout) => Rows(layout, 4L * layout.Planes * layout.RowLength);

    /// <summary>The same for a given number of bytes of one padded input row.</summary>
    public static int Rows(PlaneLayout layout, long rowBytes)
    {
        int height = layout.Geometry.OutputHeight;
        int near = Fit(layout, rowBytes, FirstLevelBytes), far = Fit(layout, rowBytes, SecondLevelBytes);
        int rows = Math.Clamp(Math.Max(near, Math.Min(8, far)), 1, height);
        // Equal bands: the last one is not a sliver.
        int bands = (height + rows - 1) / rows;
        return (height + bands - 1) / bands;
    }

    private static int Fit(PlaneLayout layout, long rowBytes, long bytes)
    {
        long rows = bytes / rowBytes;
        long extra = layout.InputRows(1);
        return rows < extra ? 0 : (int)Math.Min(((rows - extra) / layout.Geometry.StrideY) + 1, int.MaxValue);
    }
}
