using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Which operators leave the images of a batch apart. Shapes are those for one image; a per-image value has its images
/// along axis 0, which may count several rows of each image (after merging dimensions).
/// </summary>
internal static class BatchRules
{
    /// <summary>True if the node computes each image's part of its outputs from that image's part of its inputs alone.</summary>
    public static bool KeepsImagesApart(Graph graph, Node node, IReadOnlySet<string> perImage)
    {
        Shape In(int i) => graph.Values[node.Inputs[i]].Shape;
        bool Varies(int i) => i < node.Inputs.Length && perImage.Contains(node.Inputs[i]);
        bool OnlyFirstVaries() => Varies(0) && node.Inputs.Count(perImage.Contains) == 1;
        Shape output = graph.Values[node.Outputs[0]].Shape;
        if (output.Rank == 0 || output.Elements == 0) return false;

        switch (node.Op)
        {
            case "Conv" or "ConvTranspose" or "BatchNormalization" or "InstanceNormalization" or "GroupNormalization" or "MaxPool"
                or "AveragePool" or "LpPool"
                or "GlobalAveragePool" or "GlobalMaxPool" or "DepthToSpace" or "SpaceToDepth" or "LRN":
                return OnlyFirstVaries();
            case "Gemm":
                return Varies(0) && !Varies(1) && node.Attributes.Int("transA", 0) == 0
                    && (node.Inputs.Length < 3 || node.Inputs[2].Length == 0 || (!Varies(2) && (In(2).Rank < 2 || In(2)[0] == 1)));
            case "MatMul":
                return MatMul(In(0), In(1), Varies(0), Varies(1), output);
            case "Softmax" or "LogSoftmax" or "Hardmax":
                return OnlyFirstVaries() && Axis(node.Attributes.Int("axis", -1), In(0)) != 0;
            case "LayerNormalization":
                return OnlyFirstVaries() && Axis(node.Attributes.Int("axis", -1), In(0)) > 0;
            case "TopK":
                return OnlyFirstVaries() && Axis(node.Attributes.Int("axis", -1), In(0)) != 0;
            case "CumSum":
                return OnlyFirstVaries() && Constants(graph, node, 1) is [var along] && Axis(along, In(0)) != 0;
            case "DFT":
                return OnlyFirstVaries() && (node.Inputs.Length < 3 ? In(0).Rank > 2
                    : Constants(graph, node, 2) is [var transformed] && Axis(transformed, In(0)) != 0);
            case "GridSample":
                return Varies(0) && Varies(1);
            case "ArgMax" or "ArgMin":
                return Axis(node.Attributes.Int("axis", 0), In(0)) != 0;
            case "ReduceMean" or "ReduceSum" or "ReduceMax" or "ReduceMin" or "ReduceProd" or "ReduceL1" or "ReduceL2" or "ReduceSumSquare"
                or "Squeeze" or "Unsqueeze":
                return OnlyFirstVaries() && AxesAvoidZero(graph, node, node.Op == "Unsqueeze" ? output : In(0));
            case "Concat":
                // A constant part (a class token) is repeated for each image, see GeneraliseBatch.
                return Axis(node.Attributes.Int("axis", 0), output) != 0 && (output[0] == 1 || node.Inputs.All(perImage.Contains));
            case "Split":
                return OnlyFirstVaries() && Axis(node.Attributes.Int("axis", 0), In(0)) != 0;
            case "Slice":
                return OnlyFirstVaries() && node.Inputs.Length > 3 && Constants(graph, node, 3) is { } axes
                    && !axes.Any(a => Axis(a, In(0)) == 0);
            case "Pad":
                return OnlyFirstVaries() && !PadsImages(graph, node, In(0).Rank);
            case "Gather":
                return Varies(0)
                    ? !Varies(1) && Axis(node.Attributes.Int("axis", 0), In(0)) != 0
                    : Axis(node.Attributes.Int("axis", 0), In(0)) == 0;
            case "Transpose":
                return node.Attributes.Ints("perm") is { IsDefaultOrEmpty: false } perm && perm[0] == 0;
            case "Expand":
                return OnlyFirstVaries() && output.Rank == In(0).Rank && Constants(graph, node, 1) is { } target
                    && (target.Length < output.Rank || target[0] == 1);
            case "Tile":
                return OnlyFirstVaries() && Constants(graph, node, 1) is { Length: > 0 } repeats && repeats[0] == 1;
            case "Resize":
                return OnlyFirstVaries() && node.Inputs.Length == 3 && graph.Constants.TryGetValue(node.Inputs[2], out Tensor? scales)
                    && scales is { Type: ElementType.Float32, Length: > 0 } && scales.Length == In(0).Rank && scales.Span<float>()[0] == 1;
            case "Reshape" or "Flatten":
                return OnlyFirstVaries() && In(0).Rank > 0;
            case "QuantizeLinear" or "DequantizeLinear":
                return OnlyFirstVaries() && (In(1).Rank == 0 || In(1).Elements == 1 || Axis(node.Attributes.Int("axis", 1), In(0)) != 0);
            default:
                return _elementwise.Contains(node.Op) && Elementwise(graph, node, perImage, output);
        }
    }

    private static readonly ImmutableHashSet<string> _elementwise = ImmutableHashSet.Create(StringComparer.Ordinal,
        "Abs", "Add", "And", "Cast", "Ceil", "Celu", "Clip", "Cos", "Div", "Elu", "Equal", "Erf", "Exp", "Floor", "Gelu", "Greater",
        "GreaterOrEqual", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "Less", "LessOrEqual", "Log", "Max", "Mean", "Min", "Mish",
        "Mod", "Mul", "Neg", "Not", "Or", "PRelu", "Pow", "Reciprocal", "Relu", "Round", "Selu", "Sigmoid", "Sign", "Sin", "Softplus",
        "Softsign", "Sqrt", "Sub", "Sum", "Swish", "Tanh", "ThresholdedRelu", "Where", "Xor");

    /// <summary>Operands computed per image line up with the output's leading axis; constants do not vary along it.</summary>
    private static bool Elementwise(Graph graph, Node node, IReadOnlySet<string> perImage, Shape output)
    {
        foreach (string input in node.Inputs)
        {
            if (input.Length == 0) continue;
            Shape shape = graph.Values[input].Shape;
            if (perImage.Contains(input) ? shape.Rank != output.Rank || shape[0] != output[0] : shape.Rank == output.Rank && shape[0] != 1)
                return false;
        }

        return true;
    }

    private static bool MatMul(Shape left, Shape right, bool leftVaries, bool rightVaries, Shape output)
    {
        if (output.Rank == 0) return false;
        if (leftVaries && rightVaries) return left.Rank >= 3 && left.Rank == right.Rank && left[0] == right[0];
        return leftVaries
            ? left.Rank >= 2 && (right.Rank <= 2 || (right.Rank <= left.Rank && (right.Rank < left.Rank || right[0] == 1)))
                && output.Rank >= left.Rank - 1
            : right.Rank >= 3 && (left.Rank == 2 || (left.Rank <= right.Rank && (left.Rank < right.Rank || left[0] == 1)));
    }

    private static bool AxesAvoidZero(Graph graph, Node node, Shape shape) =>
        Constants(graph, node, 1) is { Length: > 0 } axes && axes.All(a => Axis(a, shape) > 0);

    private static bool PadsImages(Graph graph, Node node, int rank)
    {
        if (Constants(graph, node, 1) is not { } pads) return true;
        long[] axes = node.Inputs.Length > 3 && node.Inputs[3].Length > 0
            ? Constants(graph, node, 3) ?? [0]
            : [.. Enumerable.Range(0, rank).Select(i => (long)i)];
        int at = Array.FindIndex(axes, a => (a < 0 ? a + rank : a) == 0);
        return at >= 0 && (pads[at] != 0 || pads[at + axes.Length] != 0);
    }

    private static long Axis(long axis, Shape shape) => axis < 0 ? axis + shape.Rank : axis;

    private static long[]? Constants(Graph graph, Node node, int input)
    {
        if (input >= node.Inputs.Length || !graph.Constants.TryGetValue(node.Inputs[input], out Tensor? t)) return null;
        return t.Type == ElementType.Int64 ? t.Span<long>().ToArray()
            : t.Type == ElementType.Int32 ? Array.ConvertAll(t.Span<int>().ToArray(), i => (long)i) : null;
    }
}
