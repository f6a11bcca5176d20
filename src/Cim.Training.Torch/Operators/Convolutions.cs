using Cim.Training.Operators.Windows;
using Cim.Training.Torch.Nodes;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Cim.Training.Torch.Operators;

/// <summary>Convolutions over one to three spatial axes, and their transposes.</summary>
internal static class Convolutions
{
    public static IReadOnlyList<TorchOperator> All { get; } = [new("Conv", Conv), new("ConvTranspose", Transposed)];

    /// <summary>The product of images and weights without a bias, for a node whose second input are the weights.</summary>
    public static Func<Tensor, Tensor, Tensor?, Tensor> Product(TorchNode node)
    {
        WindowGeometry geometry = WindowGeometry.Of(node.Proto, node.InputShape(0), node.OutputShape(), node.InputShape(1)[2..]);
        long group = node.Int("group", 1);
        bool isSymmetric = geometry.PadsBegin.SequenceEqual(geometry.PadsEnd);
        long[] pads = isSymmetric ? geometry.PadsBegin : new long[geometry.Rank];
        if (geometry.Rank is < 1 or > 3)
            throw node.Unsupported($"no convolution over {geometry.Rank} axes");
        return (x, w, b) => WholeBlocks.Convolve(Padded(x), w, b, group, (inputs, weights, bias) => geometry.Rank switch
        {
            1 => F.conv1d(inputs, weights, bias, geometry.Strides[0], pads[0], geometry.Dilations[0], group),
            2 => F.conv2d(inputs, weights, bias, geometry.Strides, pads, geometry.Dilations, group),
            _ => F.conv3d(inputs, weights, bias, geometry.Strides, pads, geometry.Dilations, group),
        });

        Tensor Padded(Tensor x) => isSymmetric ? x : Pad(x, geometry.PadsBegin, geometry.PadsEnd, 0);
    }

    /// <summary>Adds values around the spatial axes; negative counts cut off.</summary>
    public static Tensor Pad(Tensor x, long[] begin, long[] end, double value)
    {
        var pads = new List<long>();
        for (int axis = begin.Length - 1; axis >= 0; axis--)
            pads.AddRange([begin[axis], end[axis]]);
        return pads.TrueForAll(pad => pad == 0) ? x : F.pad(x, [.. pads], TorchSharp.PaddingModes.Constant, value);
    }

    private static TorchOperation Conv(TorchNode node)
    {
        Func<Tensor, Tensor, Tensor?, Tensor> product = Product(node);
        bool hasBias = node.Has(2);
        return x => [product(x[0], x[1], hasBias ? x[2] : null)];
    }

    /// <summary>The whole transposed convolution, of which the pads cut off a border; what output padding adds is zero.</summary>
    private static TorchOperation Transposed(TorchNode node)
    {
        if (node.Text("auto_pad", "NOTSET") != "NOTSET" || node.Ints("output_shape", []).Length > 0)
            throw node.Unsupported("its padding is not written out; export it with pads");
        int rank = node.Rank - 2;
        long[] strides = node.Ints("strides", Ones(rank)), dilations = node.Ints("dilations", Ones(rank)), none = new long[rank];
        long[] begin = node.Ints("pads", new long[2 * rank])[..rank], kernel = node.InputShape(1)[2..];
        long[] cutBegin = new long[rank], cutEnd = new long[rank];
        for (int i = 0; i < rank; i++)
        {
            long full = (strides[i] * (node.InputShape(0)[i + 2] - 1)) + (dilations[i] * (kernel[i] - 1)) + 1;
            (cutBegin[i], cutEnd[i]) = (-begin[i], begin[i] + node.OutputShape()[i + 2] - full);
        }

        long group = node.Int("group", 1);
        bool hasBias = node.Has(2);
        return x =>
        {
            Tensor whole = WholeBlocks.Transpose(x[0], x[1], group, (inputs, weights) => rank switch
            {
                1 => F.conv_transpose1d(inputs, weights, null, strides[0], 0, 0, dilations[0], group),
                2 => F.conv_transpose2d(inputs, weights, null, strides, none, none, dilations, group),
                3 => F.conv_transpose3d(inputs, weights, null, strides, none, none, dilations, group),
                _ => throw node.Unsupported($"no convolution over {rank} axes"),
            });
            Tensor cut = Pad(whole, cutBegin, cutEnd, 0);
            return [hasBias ? cut + x[2].reshape([1, -1, .. Ones(rank)]) : cut];
        };
    }

    private static long[] Ones(int count) => [.. Enumerable.Repeat(1L, count)];
}
