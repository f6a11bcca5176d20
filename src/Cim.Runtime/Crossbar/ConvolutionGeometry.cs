namespace Cim.Runtime.Crossbar;

/// <summary>One axis of a convolution.</summary>
/// <param name="Input">Size of the input.</param>
/// <param name="Kernel">Size of the kernel.</param>
/// <param name="Stride">Steps of the input from one output to the next.</param>
/// <param name="PadBefore">Padding before the input.</param>
/// <param name="PadAfter">Padding after it.</param>
/// <param name="Dilation">Steps of the input from one kernel position to the next.</param>
internal readonly record struct ConvolutionAxis(
    int Input, int Kernel, int Stride = 1, int PadBefore = 0, int PadAfter = 0, int Dilation = 1)
{
    /// <summary>Size of the output.</summary>
    public int Output => ((Input + PadBefore + PadAfter - (Dilation * (Kernel - 1)) - 1) / Stride) + 1;
}

/// <summary>
/// How a convolution reads its input: 2-D over NCHW (1-D convolutions have height 1). Each output position is one
/// matrix-vector product over the input patch, rows in (channel, kernelY, kernelX) order.
/// </summary>
/// <param name="InputChannels">Channels of the input, over all groups.</param>
/// <param name="Vertical">The axis y.</param>
/// <param name="Horizontal">The axis x.</param>
internal sealed record ConvolutionGeometry(int InputChannels, ConvolutionAxis Vertical, ConvolutionAxis Horizontal)
{
    public int InputHeight => Vertical.Input;

    public int InputWidth => Horizontal.Input;

    public int KernelHeight => Vertical.Kernel;

    public int KernelWidth => Horizontal.Kernel;

    public int StrideY => Vertical.Stride;

    public int StrideX => Horizontal.Stride;

    public int PadTop => Vertical.PadBefore;

    public int PadLeft => Horizontal.PadBefore;

    public int PadBottom => Vertical.PadAfter;

    public int PadRight => Horizontal.PadAfter;

    public int DilationY => Vertical.Dilation;

    public int DilationX => Horizontal.Dilation;

    public int OutputHeight => Vertical.Output;

    public int OutputWidth => Horizontal.Output;

    /// <summary>A row of positions that is read as it lies: what a matrix is to kernels made for convolutions.</summary>
    public static ConvolutionGeometry OfMatrix(int rows, int positions) => new(rows, new(1, 1), new(positions, 1));
}
