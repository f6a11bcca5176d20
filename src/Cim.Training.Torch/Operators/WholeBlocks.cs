using static TorchSharp.torch;

namespace Cim.Training.Torch.Operators;

/// <summary>
/// Convolutions whose channels fill whole blocks. oneDNN in libtorch 2.10 lays channels out in blocks of up to 16 and does not clear what
/// they leave free of the last one: whatever lay in that memory, NaN included, reached outputs and gradients (40 channels in three blocks,
/// for example). So channels of zeros fill it. Inputs of three channels or fewer are read without blocks; so are grouped convolutions and
/// real numbers of 64 bits. Graphics processors do without oneDNN.
/// </summary>
internal static class WholeBlocks
{
    private const long Block = 16, Unblocked = 3;

    /// <summary>A convolution.</summary>
    /// <param name="x">[samples, channels, ...].</param>
    /// <param name="w">[outputs, channels / group, ...].</param>
    /// <param name="b">[outputs], or null.</param>
    /// <param name="group">Groups of channels.</param>
    /// <param name="convolve">The convolution of filled operands.</param>
    public static Tensor Convolve(Tensor x, Tensor w, Tensor? b, long group, Func<Tensor, Tensor, Tensor?, Tensor> convolve)
    {
        if (!Needs(x, group))
            return convolve(x, w, b);
        long outputs = w.shape[0];
        if (w.shape[1] > Unblocked)
            (x, w) = (Filled(x, 1), Filled(w, 1));
        return First(convolve(x, Filled(w, 0), b is null ? null : Filled(b, 0)), outputs);
    }

    /// <summary>A transposed convolution without a bias.</summary>
    /// <param name="x">[samples, channels, ...].</param>
    /// <param name="w">[channels, outputs / group, ...].</param>
    /// <param name="group">Groups of channels.</param>
    /// <param name="convolve">The convolution of filled operands.</param>
    public static Tensor Transpose(Tensor x, Tensor w, long group, Func<Tensor, Tensor, Tensor> convolve)
    {
        if (!Needs(x, group))
            return convolve(x, w);
        long outputs = w.shape[1];
        return First(convolve(Filled(x, 1), Filled(Filled(w, 0), 1)), outputs);
    }

    private static bool Needs(Tensor x, long group) =>
        group == 1 && x.dtype == ScalarType.Float32 && x.device_type == TorchSharp.DeviceType.CPU;

    private static Tensor First(Tensor y, long outputs) => y.shape[1] == outputs ? y : y.narrow(1, 0, outputs);

    private static Tensor Filled(Tensor x, int axis)
    {
        long[] rest = [.. x.shape];
        rest[axis] = (Block - (rest[axis] % Block)) % Block;
        return rest[axis] == 0 ? x : cat([x, zeros(rest, x.dtype, x.device)], axis);
    }
}
