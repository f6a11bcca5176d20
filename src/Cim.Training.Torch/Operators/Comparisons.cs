using Cim.Onnx.Proto;
using Cim.Training.Torch.Nodes;
using static TorchSharp.torch;
using DataType = Cim.Onnx.Proto.TensorProto.Types.DataType;

namespace Cim.Training.Torch.Operators;

/// <summary>Comparisons, truth values and changes of the element type.</summary>
internal static class Comparisons
{
    public static IReadOnlyList<TorchOperator> All { get; } =
    [
        Arithmetic.Make("Greater", x => x[0].gt(x[1])),
        Arithmetic.Make("GreaterOrEqual", x => x[0].ge(x[1])),
        Arithmetic.Make("Less", x => x[0].lt(x[1])),
        Arithmetic.Make("LessOrEqual", x => x[0].le(x[1])),
        Arithmetic.Make("Equal", x => x[0].eq(x[1])),
        Arithmetic.Make("Not", x => x[0].logical_not()),
        Arithmetic.Make("And", x => x[0].logical_and(x[1])),
        Arithmetic.Make("Or", x => x[0].logical_or(x[1])),
        new("Cast", Cast),
        new("ArgMax", node => Extreme(node, (x, axis, keep) => x.argmax(axis, keep))),
        new("ArgMin", node => Extreme(node, (x, axis, keep) => x.argmin(axis, keep))),
    ];

    private static TorchOperation Cast(TorchNode node)
    {
        ScalarType type = (DataType)node.Int("to", 0) switch
        {
            DataType.Float or DataType.Double => node.RealType,
            DataType.Int64 => ScalarType.Int64,
            DataType.Int32 => ScalarType.Int32,
            DataType.Bool => ScalarType.Bool,
            DataType other => throw node.Unsupported($"no cast to {other}"),
        };
        return x => [x[0].to(type)];
    }

    private static TorchOperation Extreme(TorchNode node, Func<Tensor, long, bool, Tensor> find)
    {
        if (node.Int("select_last_index", 0) != 0)
            throw node.Unsupported("select_last_index has no operation");
        long axis = node.Axis(node.Int("axis", 0));
        bool keep = node.Int("keepdims", 1) != 0;
        return x => [find(x[0], axis, keep)];
    }
}
