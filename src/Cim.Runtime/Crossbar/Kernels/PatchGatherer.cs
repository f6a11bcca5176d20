namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>The input patch of one output position of a convolution, in row order (channel, kernelY, kernelX).</summary>
internal sealed unsafe class PatchGatherer(ConvolutionGeometry geometry, int groups)
{
    private readonly int _channels = geometry.InputChannels / groups;
    private readonly int _positions = geometry.OutputHeight * geometry.OutputWidth;

    /// <summary>Copies the patch of a position (counted over all images) to <paramref name="patch"/> and returns it.</summary>
    public byte* Gather(byte* input, long position, int group, byte padding, byte* patch)
    {
        long image = position / _positions;
        int local = (int)(position % _positions);
        int top = (local / geometry.OutputWidth * geometry.StrideY) - geometry.PadTop;
        int left = (local % geometry.OutputWidth * geometry.StrideX) - geometry.PadLeft;
        nint size = (nint)geometry.InputHeight * geometry.InputWidth;
        byte* channel = input + (((nint)image * geometry.InputChannels) + ((nint)group * _channels)) * size;
        byte* to = patch;
        for (int c = 0; c < _channels; c++, channel += size)
        for (int ky = 0; ky < geometry.KernelHeight; ky++)
        {
            int y = top + (ky * geometry.DilationY);
            byte* row = channel + ((nint)y * geometry.InputWidth);
            bool inside = (uint)y < (uint)geometry.InputHeight;
            for (int kx = 0; kx < geometry.KernelWidth; kx++)
            {
                int x = left + (kx * geometry.DilationX);
                *to++ = inside && (uint)x < (uint)geometry.InputWidth ? row[x] : padding;
            }
        }
        return patch;
    }
}
