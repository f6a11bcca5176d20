using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Quantizers;

/// <summary>
/// Quantization with straight-through gradients and a learned step (LSQ: Esser et al., Learned Step Size Quantization,
/// arXiv 1902.08153, equations 1 to 3).
/// </summary>
/// <remarks>
/// Inputs: x, step s (scalar, or broadcastable to x), q_min, q_max (scalars), and for binary codes offset and spacing.
/// Outputs: s * q, and q as real numbers. q = round(clip(x / s, q_min, q_max)), ties to even; with offset o and spacing d,
/// d * round((clip(x / s) - o) / d) + o, which for limits +-1, o = -1, d = 2 is the sign. With a seventh input, the factor of the
/// step's gradient, limits and spacing are tensors like x: multiples of 2^shift for strips of different widths, none but 0 for limits 0.
/// </remarks>
internal sealed class FakeQuantize : ICompositeOperator
{
    public const string OperatorType = "FakeQuantize";

    private const int RateInput = 6;

    public IReadOnlyList<string> OperatorTypes { get; } = [OperatorType];

    public void Lower(NodeProto node, GraphBuilder builder)
    {
        string ratio = builder.Named(CompositeOperators.Saved(node, "ratio"), "Div", [node.Input[0], node.Input[1]]);
        string saved = CompositeOperators.Saved(node, "clipped");
        string clipped = node.Input.Count > RateInput
            ? builder.Named(saved, "Max", [builder.Op("Min", ratio, node.Input[3]), node.Input[2]])
            : builder.Named(saved, "Clip", [ratio, node.Input[2], node.Input[3]]);
        if (node.Input.Count > 4)
        {
            string level = builder.Op("Div", builder.Op("Sub", clipped, node.Input[4]), node.Input[5]);
            string spaced = builder.Op("Mul", builder.Op("Round", level), node.Input[5]);
            builder.Named(node.Output[1], "Add", [spaced, node.Input[4]]);
        }
        else
        {
            builder.Named(node.Output[1], "Round", [clipped]);
        }

        builder.Named(node.Output[0], "Mul", [node.Output[1], node.Input[1]]);
    }

    /// <summary>
    /// dx = g inside the limits, 0 outside; ds = gradientScale * sum(g * (q - x/s inside, q outside)),
    /// gradientScale = 1 / sqrt(n q_max) with n the numbers that share a step, or the seventh input.
    /// </summary>
    public void Differentiate(GradientContext context)
    {
        GraphBuilder builder = context.Builder;
        if (context.OutputGradientOrNull(1) is not null)
            throw context.Unsupported("the integer output has no gradient; use the first output");
        string ratio = CompositeOperators.Saved(context.Node, "ratio");
        string inside = builder.Op("Equal", ratio, CompositeOperators.Saved(context.Node, "clipped"));
        string dx = context.Mask(inside, context.OutputGradient);
        if (context.Needs(0))
            context.Add(0, dx);
        if (context.Needs(1))
        {
            string error = builder.Op("Sub", context.Mul(context.OutputGradient, context.Output(1)), context.Mul(dx, ratio));
            string sum = context.Unbroadcast(error, context.InputShape(0), context.InputShape(1));
            if (context.Node.Input.Count > RateInput)
            {
                context.Add(1, context.Mul(sum, context.Input(RateInput)));
                return;
            }

            double elements = Attributes.GetInt(context.Node, "elements", 1);
            string size = builder.Op("Sqrt", context.Scale(context.Input(3), elements));
            context.Add(1, builder.Op("Div", sum, size));
        }
    }
}
