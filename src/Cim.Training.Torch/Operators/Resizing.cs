using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Ort;
using Cim.Training.Torch.Nodes;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Operators;

/// <summary>
/// Interpolation, which is linear in its input: one matrix an axis, found when the operation is made by applying the operator of ONNX
/// Runtime to the identity.
/// </summary>
internal static class Resizing
{
    public static IReadOnlyList<TorchOperator> All { get; } = [new("Resize", Resize)];

    private static TorchOperation Resize(TorchNode node)
    {
        if (node.Text("coordinate_transformation_mode", "half_pixel") == "tf_crop_and_resize" || node.Int("antialias", 0) != 0)
            throw node.Unsupported("crops and smoothing have no operation");
        long[] from = node.InputShape(0), to = node.OutputShape();
        var matrices = new List<(int Axis, Tensor Matrix)>();
        for (int axis = 0; axis < from.Length; axis++)
        {
            if (from[axis] != to[axis])
            {
                float[] values = Matrix(node, from[axis], to[axis]);
                Tensor matrix = TorchValues.OnDevice(values, [from[axis], to[axis]], node.RealType, node.Device);
                matrices.Add((axis, matrix.DetachFromDisposeScope()));
            }
        }

        return x =>
        {
            Tensor value = x[0];
            foreach ((int axis, Tensor matrix) in matrices)
                value = value.transpose(axis, -1).matmul(matrix).transpose(axis, -1);
            return [value.contiguous()];
        };
    }

    private static float[] Matrix(TorchNode node, long from, long to)
    {
        var graph = new GraphBuilder("interpolation");
        var identity = new float[from * from];
        for (int i = 0; i < from; i++)
            identity[(i * (int)from) + i] = 1;
        string sized = graph.Op(
            "Resize",
            [graph.Initializer(Tensors.Float("identity", identity, [1, 1, from, from])), "", "", graph.Ints([1, 1, from, to])],
            [.. node.Proto.Attribute.Where(a => a.Name is not ("axes" or "keep_aspect_ratio_policy")).Select(a => a.Clone())]);
        var matrix = new float[from * to];
        graph.Graph.Output.Add(Tensors.ValueInfo(sized, TensorProto.Types.DataType.Float, [1, 1, from, to]));
        using var session = new PinnedSession(graph.Graph, new Dictionary<string, float[]> { [sized] = matrix }, 1);
        session.Run();
        return matrix;
    }
}
