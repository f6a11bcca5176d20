using Cim.Training.Operators.Windows;
using Cim.Training.Torch.Nodes;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Cim.Training.Torch.Operators;

/// <summary>Pooling over windows and over whole channels.</summary>
internal static class Pools
{
    public static IReadOnlyList<TorchOperator> All { get; } =
    [
        new("MaxPool", Max),
        new("AveragePool", Average),
        new("GlobalAveragePool", node => Over(node, (x, axes) => x.mean(axes, true))),
        new("GlobalMaxPool", node => Over(node, (x, axes) => x.amax(axes, true))),
    ];

    private static TorchOperation Over(TorchNode node, Func<Tensor, long[], Tensor> reduce)
    {
        long[] axes = [.. Enumerable.Range(2, node.Rank - 2).Select(axis => (long)axis)];
        return x => [reduce(x[0], axes)];
    }

    /// <summary>What is read beyond the input is smaller than everything.</summary>
    private static TorchOperation Max(TorchNode node)
    {
        if (node.Proto.Output.Count > 1 && node.Proto.Output[1].Length > 0)
            throw node.Unsupported("the positions of the maxima have no operation");
        WindowGeometry geometry = WindowGeometry.Of(node.Proto, node.InputShape(0), node.OutputShape());
        long[] end = Reach(geometry);
        long[] none = new long[geometry.Rank];
        return geometry.Rank switch
        {
            1 => x => [F.max_pool1d(Padded(x[0]), geometry.Kernel[0], geometry.Strides[0], 0, geometry.Dilations[0])],
            2 => x => [F.max_pool2d(Padded(x[0]), geometry.Kernel, geometry.Strides, none, geometry.Dilations)],
            3 => x => [F.max_pool3d(Padded(x[0]), geometry.Kernel, geometry.Strides, none, geometry.Dilations)],
            _ => throw node.Unsupported($"no pooling over {geometry.Rank} axes"),
        };

        Tensor Padded(Tensor x) => Convolutions.Pad(x, geometry.PadsBegin, end, double.NegativeInfinity);
    }

    /// <summary>The sum of each window, a convolution with ones, times one over the positions it averages.</summary>
    private static TorchOperation Average(TorchNode node)
    {
        WindowGeometry geometry = WindowGeometry.Of(node.Proto, node.InputShape(0), node.OutputShape());
        bool countsPads = node.Int("count_include_pad", 0) != 0;
        bool isPlain = geometry.Dilations.All(d => d == 1) && geometry.PadsBegin.All(p => p == 0) && geometry.PadsEnd.All(p => p == 0)
            && Reach(geometry).All(p => p == 0);
        if (isPlain && geometry.Rank == 2)
            return x => [F.avg_pool2d(x[0], geometry.Kernel, geometry.Strides)];
        if (geometry.Rank is < 1 or > 3)
            throw node.Unsupported($"no pooling over {geometry.Rank} axes");
        long[] end = Reach(geometry), none = new long[geometry.Rank];
        long channels = node.InputShape(0)[0] * node.InputShape(0)[1];
        using TorchSharp.DisposeScope scope = NewDisposeScope();
        Tensor weights = ones([1, 1, .. geometry.Kernel], node.RealType, node.Device);
        Tensor inside = ones([1, 1, .. geometry.Input], node.RealType, node.Device);
        long[] counted = [.. end.Select((reach, i) => Math.Min(reach, geometry.PadsEnd[i]))];
        Tensor padded = countsPads ? Convolutions.Pad(inside, geometry.PadsBegin, counted, 1) : inside;
        Tensor reached = countsPads
            ? Convolutions.Pad(padded, none, [.. end.Select((reach, i) => reach - counted[i])], 0)
            : Convolutions.Pad(padded, geometry.PadsBegin, end, 0);
        Tensor counts = Sums(reached).DetachFromDisposeScope();
        weights.DetachFromDisposeScope();
        return x =>
        {
            Tensor single = Convolutions.Pad(x[0].reshape([channels, 1, .. geometry.Input]), geometry.PadsBegin, end, 0);
            return [(Sums(single) / counts).reshape(node.OutputShape())];
        };

        Tensor Sums(Tensor x) => geometry.Rank switch
        {
            1 => F.conv1d(x, weights, null, geometry.Strides[0], 0, geometry.Dilations[0]),
            2 => F.conv2d(x, weights, null, geometry.Strides, none, geometry.Dilations),
            _ => F.conv3d(x, weights, null, geometry.Strides, none, geometry.Dilations),
        };
    }

    /// <summary>How far the last window reads beyond the end; 0 where it does not.</summary>
    private static long[] Reach(WindowGeometry geometry) => [.. Enumerable.Range(0, geometry.Rank).Select(i => Math.Max(
        0,
        ((geometry.Output[i] - 1) * geometry.Strides[i]) + (geometry.Dilations[i] * (geometry.Kernel[i] - 1)) + 1 - geometry.Input[i]
            - geometry.PadsBegin[i]))];
}
