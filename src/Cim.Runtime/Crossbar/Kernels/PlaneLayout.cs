namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>
/// How a convolution's input lies in memory for <see cref="PairProducts"/>: per plane and (padded) input row, one run of
/// 16-bit pairs for each phase x mod stride, so that neighbouring output positions are neighbours in memory at every kernel tap.
/// A plane is two channels; with one channel per group, a channel and its right neighbour at the next kernel tap.
/// </summary>
internal sealed class PlaneLayout
{
    /// <param name="geometry">The convolution.</param>
    /// <param name="channelsPerGroup">Channels of a group.</param>
    /// <param name="lanes">Positions of a vector.</param>
    /// <param name="pairsTaps">False where a single channel has a plane of its own.</param>
    /// <param name="channelsPerPlane">2, or 4 where channels are bytes (<see cref="QuadProducts"/>).</param>
    public PlaneLayout(ConvolutionGeometry geometry, int channelsPerGroup, int lanes, bool pairsTaps = true, int channelsPerPlane = 2)
    {
        Geometry = geometry;
        Channels = channelsPerGroup;
        ChannelsPerPlane = channelsPerPlane;
        PairsTaps = pairsTaps && channelsPerGroup == 1;
        Planes = PairsTaps ? 1 : (channelsPerGroup + channelsPerPlane - 1) / channelsPerPlane;
        VectorsPerRow = (geometry.OutputWidth + lanes - 1) / lanes;
        int reach = (geometry.KernelWidth - 1) * geometry.DilationX;
        PhaseLength = (VectorsPerRow * lanes) + (reach / geometry.StrideX);
        RowLength = PhaseLength * geometry.StrideX;
        TapsX = PairsTaps ? (geometry.KernelWidth + 1) / 2 : geometry.KernelWidth;
        Steps = Planes * geometry.KernelHeight * TapsX;
        PhaseBytes = ((geometry.InputWidth + geometry.StrideX - 1) / geometry.StrideX) + 32;
        Runs = [.. Enumerable.Range(0, geometry.StrideX).Select(p => RunOf(p - geometry.PadLeft))];
        HighRuns = PairsTaps
            ? [.. Enumerable.Range(0, geometry.StrideX).Select(p => RunOf(p + geometry.DilationX - geometry.PadLeft))]
            : Runs;
    }

    public ConvolutionGeometry Geometry { get; }

    /// <summary>Channels per group.</summary>
    public int Channels { get; }

    /// <summary>Channels of a plane.</summary>
    public int ChannelsPerPlane { get; }

    /// <summary>Pairs are neighbouring kernel taps of one channel instead of two channels.</summary>
    public bool PairsTaps { get; }

    public int Planes { get; }

    public int VectorsPerRow { get; }

    /// <summary>Pairs of one phase of a row.</summary>
    public int PhaseLength { get; }

    /// <summary>Pairs of one row, all phases.</summary>
    public int RowLength { get; }

    /// <summary>Steps along the kernel's width.</summary>
    public int TapsX { get; }

    /// <summary>Steps of one output sum.</summary>
    public int Steps { get; }

    /// <summary>Bytes from one phase of a split input row to the next.</summary>
    public int PhaseBytes { get; }

    /// <summary>Bytes that packing needs for the rows of a plane's channels, split into phases.</summary>
    public int ScratchBytes => ChannelsPerPlane * Geometry.StrideX * PhaseBytes;

    /// <summary>Where each phase's run gets the low halves of its pairs.</summary>
    public PhaseRun[] Runs { get; }

    /// <summary>And the high halves.</summary>
    public PhaseRun[] HighRuns { get; }

    /// <summary>Padded input rows that <paramref name="outputRows"/> output rows read.</summary>
    public int InputRows(int outputRows) =>
        ((outputRows - 1) * Geometry.StrideY) + ((Geometry.KernelHeight - 1) * Geometry.DilationY) + 1;

    /// <summary>Into how many calls a convolution can be split whose outputs are computed together.</summary>
    public int MaxSplit(int groups) => LayerSplit.MostOfConvolution(groups, 1, Geometry.OutputHeight);

    /// <summary>The groups and output rows of one of these calls, each [First, End).</summary>
    public ((int First, int End) Groups, (int First, int End) Rows) Part(LayerSplit split, int groups)
    {
        ConvolutionPart part = split.OfConvolution(groups, 1, Geometry.OutputHeight);
        return (part.Groups, part.Rows);
    }

    /// <summary>The offset in pairs of every step from a position's first pair, for planes of <paramref name="rows"/> rows.</summary>
    public int[] Offsets(int rows)
    {
        int[] offsets = new int[Steps];
        int step = 0;
        for (int plane = 0; plane < Planes; plane++)
        for (int ky = 0; ky < Geometry.KernelHeight; ky++)
        for (int tap = 0; tap < TapsX; tap++)
        {
            int x = (PairsTaps ? 2 * tap : tap) * Geometry.DilationX;
            offsets[step++] = (((plane * rows) + (ky * Geometry.DilationY)) * RowLength)
                + ((x % Geometry.StrideX) * PhaseLength) + (x / Geometry.StrideX);
        }
        return offsets;
    }

    /// <summary>The pair of row indices (channel, ky, kx order) a step multiplies; -1 where there is none.</summary>
    public (int Low, int High) Rows(int step)
    {
        int tap = step % TapsX, ky = step / TapsX % Geometry.KernelHeight, plane = step / TapsX / Geometry.KernelHeight;
        int kernel = Geometry.KernelHeight * Geometry.KernelWidth;
        if (PairsTaps)
        {
            int row = (ky * Geometry.KernelWidth) + (2 * tap);
            return (row, (2 * tap) + 1 < Geometry.KernelWidth ? row + 1 : -1);
        }
        int low = (2 * plane * kernel) + (ky * Geometry.KernelWidth) + tap;
        return (low, (2 * plane) + 1 < Channels ? low + kernel : -1);
    }

    /// <summary>The row index (channel, ky, kx order) that a step multiplies in one channel of its plane; -1 where there is none.</summary>
    /// <param name="step">The step.</param>
    /// <param name="lane">Which channel of the plane.</param>
    public int Row(int step, int lane)
    {
        int tap = step % TapsX, ky = step / TapsX % Geometry.KernelHeight, plane = step / TapsX / Geometry.KernelHeight;
        int channel = (plane * ChannelsPerPlane) + lane;
        return channel < Channels
            ? (channel * Geometry.KernelHeight * Geometry.KernelWidth) + (ky * Geometry.KernelWidth) + tap
            : -1;
    }

    // The run whose element i is input column i * stride + shift.
    private PhaseRun RunOf(int shift)
    {
        int stride = Geometry.StrideX;
        int first = shift >= 0 ? 0 : (-shift + stride - 1) / stride;
        int column = (first * stride) + shift;
        int count = column >= Geometry.InputWidth ? 0 : ((Geometry.InputWidth - 1 - column) / stride) + 1;
        return new PhaseRun(first, count, (column % stride * PhaseBytes) + (column / stride));
    }
}

/// <summary>Elements [First, First + Count) of a phase's run lie at Offset of the (split) input row; the others are padding.</summary>
internal readonly record struct PhaseRun(int First, int Count, int Offset);
