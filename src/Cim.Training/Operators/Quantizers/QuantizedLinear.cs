using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;
using Cim.Training.Operators.Windows;

namespace Cim.Training.Operators.Quantizers;

/// <summary>
/// A Conv, Gemm or MatMul computed on the integers, as the hardware does: y = (x_q * w_q + b_q) * s_x * s_w, with
/// b_q = round(b / (s_x s_w)). Integers below 2^24 are exact in float32, so the accumulation is the exact one.
/// </summary>
/// <remarks>
/// Inputs: s_x x_q, s_w w_q (both only carry gradients), bias or empty, x_q, s_x, w_q, s_w; optionally the step and the two
/// limits of an ADC in units of the integer sum, applied to the sum over each block of <c>tile_channels</c> input channels.
/// Gradients are those of the layer on de-quantized values; rounding of bias and conversions passes them straight through.
/// </remarks>
internal sealed class QuantizedLinear : ICompositeOperator
{
    public const string OperatorType = "QuantizedLinear";

    /// <summary>String attribute: the operator computed.</summary>
    public const string Kind = "operator";

    /// <summary>1 where every kernel position has its own step, which then cannot be taken out of the sum.</summary>
    public const string StepPerStrip = "step_per_strip";

    /// <summary>Input channels whose products one conversion sums; 0 = no converter.</summary>
    public const string TileChannels = "tile_channels";

    /// <summary>Number of input channels of a layer with a converter.</summary>
    public const string InputChannels = "input_channels";

    /// <summary>Number of spatial axes of a convolution.</summary>
    public const string SpatialRank = "spatial_rank";

    private const int ConverterInput = 7;

    private static readonly string[] _own = [Kind, StepPerStrip, TileChannels, InputChannels, SpatialRank];

    public IReadOnlyList<string> OperatorTypes { get; } = [OperatorType];

    public void Lower(NodeProto node, GraphBuilder builder)
    {
        string kind = Attributes.GetString(node, Kind, "Conv");
        AttributeProto[] attributes = [.. node.Attribute.Where(attribute => !_own.Contains(attribute.Name))];
        bool perStrip = Attributes.GetInt(node, StepPerStrip, 0) != 0;
        string weights = node.Input[5];
        string step = node.Input[4];
        if (perStrip)
            weights = builder.Op("Mul", weights, node.Input[6]);
        else
            step = builder.Op("Mul", step, builder.Op("Reshape", node.Input[6], builder.Ints(OutputShape(node, kind))));

        string sum = Sum(node, builder, kind, attributes, node.Input[3], weights);
        if (node.Input[2].Length > 0)
        {
            string bias = builder.Op("Reshape", node.Input[2], builder.Ints(OutputShape(node, kind)));
            sum = builder.Op("Add", sum, builder.Op("Round", builder.Op("Div", bias, step)));
        }

        builder.Named(node.Output[0], "Mul", [sum, step]);
    }

    public void Differentiate(GradientContext context)
    {
        NodeProto node = context.Node;
        string kind = Attributes.GetString(node, Kind, "Conv");
        string dy = context.OutputGradient;
        string weights = context.Mul(context.Input(5), context.Input(6));
        switch (kind)
        {
            case "Conv":
                long[] dims = context.InputShape(1);
                WindowGeometry geometry = WindowGeometry.Of(node, context.InputShape(0), context.OutputShape(), dims[2..]);
                var convolution = new Convolution(context, geometry, context.InputShape(0), dims, Attributes.GetInt(node, "group", 1));
                if (context.Needs(0))
                    context.Add(0, InputGradientOfConvolution.Append(convolution, dy, weights));
                if (context.Needs(1))
                    context.Add(1, context.Mul(WeightGradientOfConvolution.Append(convolution, dy, context.Input(3)), context.Input(4)));
                if (context.Needs(2))
                    context.Add(2, ConvGradient.BiasGradient(context, dy, geometry.Rank));
                break;
            default:
                Dense(context, kind, dy, weights);
                break;
        }
    }

    private static void Dense(GradientContext context, string kind, string dy, string weights)
    {
        GraphBuilder builder = context.Builder;
        bool transposed = kind == "Gemm" && Attributes.GetInt(context.Node, "transB", 0) != 0;
        long[] w = context.InputShape(1);
        long[] x = context.InputShape(0);
        if (context.Needs(0))
            context.Add(0, builder.Op("MatMul", dy, transposed ? weights : context.Transpose(weights, 1, 0)));
        if (context.Needs(1))
        {
            long rows = Tensors.Count(x.AsSpan(0, x.Length - 1));
            string left = context.Reshape(context.Input(3), [rows, x[^1]]);
            string right = context.Reshape(dy, [rows, transposed ? w[0] : w[1]]);
            string product = transposed
                ? builder.Op("MatMul", context.Transpose(right, 1, 0), left)
                : builder.Op("MatMul", context.Transpose(left, 1, 0), right);
            context.Add(1, context.Mul(product, context.Input(4)));
        }

        if (context.Needs(2))
            context.Add(2, context.Unbroadcast(dy, context.OutputShape(), context.InputShape(2)));
    }

    private static string Sum(NodeProto node, GraphBuilder builder, string kind, AttributeProto[] attributes, string x, string weights)
    {
        if (node.Input.Count <= ConverterInput)
            return builder.Op(kind, [x, weights], Copy(attributes));
        long tile = Attributes.GetInt(node, TileChannels, 0);
        long channels = Attributes.GetInt(node, InputChannels, 0);
        (int xAxis, int wAxis) = kind == "Conv" ? (1, 1) : (-1, Attributes.GetInt(node, "transB", 0) != 0 ? 1 : 0);
        string? total = null;
        for (long first = 0; first < channels; first += tile)
        {
            long end = Math.Min(channels, first + tile);
            string part = first == 0 && end == channels
                ? builder.Op(kind, [x, weights], Copy(attributes))
                : builder.Op(kind, [Part(builder, x, first, end, xAxis), Part(builder, weights, first, end, wAxis)], Copy(attributes));
            string converted = Convert(node, builder, part);
            total = total is null ? converted : builder.Op("Add", total, converted);
        }

        return total!;
    }

    private static string Convert(NodeProto node, GraphBuilder builder, string sum)
    {
        string code = builder.Op("Round", builder.Op("Div", sum, node.Input[ConverterInput]));
        string clipped = builder.Op("Clip", code, node.Input[ConverterInput + 1], node.Input[ConverterInput + 2]);
        return builder.Op("Mul", clipped, node.Input[ConverterInput]);
    }

    private static string Part(GraphBuilder builder, string value, long first, long end, int axis) =>
        builder.Op("Slice", value, builder.Ints(first), builder.Ints(end), builder.Ints(axis));

    private static AttributeProto[] Copy(AttributeProto[] attributes) => [.. attributes.Select(attribute => attribute.Clone())];

    /// <summary>How a vector over outputs is broadcast: along axis 1 of a convolution, along the last axis otherwise.</summary>
    private static long[] OutputShape(NodeProto node, string kind) => kind == "Conv"
        ? [1, -1, .. Enumerable.Repeat(1L, (int)Attributes.GetInt(node, SpatialRank, 2))]
        : [-1];
}
