using Cim.Training.Torch.Nodes;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Operators;

/// <summary>Operators that move values without changing them. With a fixed batch every shape is known when the operation is made.</summary>
internal static class Shapes
{
    public static IReadOnlyList<TorchOperator> All { get; } =
    [
        new("Reshape", Reshape), new("Flatten", Reshape), new("Squeeze", Reshape), new("Unsqueeze", Reshape),
        Arithmetic.Make("Identity", x => x[0]),
        new("Dropout", Dropout),
        new("Transpose", Transpose),
        new("Concat", Concat),
        new("Split", Split),
        new("Pad", Pad),
        new("Expand", node => x => [x[0].expand(node.OutputShape())]),
        new("DepthToSpace", DepthToSpace),
        new("SpaceToDepth", SpaceToDepth),
        new("Shape", node => _ => [Whole(node.InputShape(0), [node.Rank], node)]),
        new("Size", node => _ => [Whole([node.InputShape(0).Aggregate(1L, (product, dim) => product * dim)], [], node)]),
        new("ConstantOfShape", ConstantOfShape),
    ];

    private static Tensor Whole(long[] values, long[] dims, TorchNode node) =>
        TorchValues.OnDevice(values, dims, ScalarType.Int64, node.Device);

    private static TorchOperation Reshape(TorchNode node)
    {
        long[] dims = node.OutputShape();
        return x => [x[0].reshape(dims)];
    }

    private static TorchOperation Dropout(TorchNode node) => node.Proto.Output.Skip(1).Any(name => name.Length > 0)
        ? throw node.Unsupported("its mask has no operation")
        : x => [x[0]];

    private static TorchOperation Transpose(TorchNode node)
    {
        long[] order = node.Ints("perm", [.. Enumerable.Range(0, node.Rank).Reverse().Select(axis => (long)axis)]);
        return x => [x[0].permute(order)];
    }

    private static TorchOperation Concat(TorchNode node)
    {
        long axis = node.Axis(node.Int("axis", 0));
        return x => [cat(x, axis)];
    }

    private static TorchOperation Split(TorchNode node)
    {
        long axis = node.Axis(node.Int("axis", 0));
        long[] sizes = [.. node.Proto.Output.Select(output => node.Shapes[output][axis])];
        return x => x[0].split(sizes, axis);
    }

    private static TorchOperation Pad(TorchNode node)
    {
        if (node.Text("mode", "constant") != "constant" || node.Has(3))
            throw node.Unsupported("only constant padding of all axes has an operation");
        long[] pads = node.ConstantInts(1);
        if (node.Has(2) && !node.Constants.ContainsKey(node.Proto.Input[2]))
            throw node.Unsupported("the value it pads with must be a constant");
        double value = node.Has(2) ? Cim.Onnx.Building.Tensors.ToFloats(node.Constants[node.Proto.Input[2]])[0] : 0;
        return x => [Convolutions.Pad(x[0], pads[..node.Rank], pads[node.Rank..], value)];
    }

    private static TorchOperation DepthToSpace(TorchNode node)
    {
        long[] dims = node.InputShape(0);
        long block = node.Int("blocksize", 1), channels = dims[1] / (block * block);
        bool channelsFirst = node.Text("mode", "DCR") == "CRD";
        return x =>
        {
            Tensor parts = channelsFirst
                ? x[0].reshape(dims[0], channels, block, block, dims[2], dims[3]).permute(0, 1, 4, 2, 5, 3)
                : x[0].reshape(dims[0], block, block, channels, dims[2], dims[3]).permute(0, 3, 4, 1, 5, 2);
            return [parts.reshape(node.OutputShape())];
        };
    }

    private static TorchOperation SpaceToDepth(TorchNode node)
    {
        long[] dims = node.InputShape(0);
        long block = node.Int("blocksize", 1);
        return x => [x[0].reshape(dims[0], dims[1], dims[2] / block, block, dims[3] / block, block).permute(0, 3, 5, 1, 2, 4)
            .reshape(node.OutputShape())];
    }

    private static TorchOperation ConstantOfShape(TorchNode node)
    {
        Tensor value = Cim.Onnx.Building.Attributes.Find(node.Proto, "value") is { } attribute
            ? TorchValues.Of(attribute.T, node.RealType, node.Device).reshape([])
            : zeros([], node.RealType, node.Device);
        value.DetachFromDisposeScope();
        return _ => [value.expand(node.OutputShape())];
    }
}
