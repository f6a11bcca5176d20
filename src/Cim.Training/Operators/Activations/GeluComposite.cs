using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>
/// Gelu (an operator of opset 20, written here with those of opset 17): y = x Phi(x), or the tanh approximation
/// (Hendrycks and Gimpel, arXiv 1606.08415).
/// </summary>
internal sealed class GeluComposite : ICompositeOperator
{
    private const double TanhCubic = 0.044715;

    public IReadOnlyList<string> OperatorTypes { get; } = ["Gelu"];

    public void Lower(NodeProto node, GraphBuilder builder)
    {
        string x = node.Input[0];
        string phi = CompositeOperators.Saved(node, "phi");
        string inner = IsTanh(node)
            ? builder.Op("Tanh", builder.Op("Mul", TanhArgument(builder, x), builder.Scalar(Math.Sqrt(2 / Math.PI))))
            : builder.Op("Erf", builder.Op("Mul", x, builder.Scalar(Math.Sqrt(0.5))));
        builder.Named(phi, "Mul", [builder.Op("Add", inner, builder.Scalar(1)), builder.Scalar(0.5)]);
        builder.Named(node.Output[0], "Mul", [x, phi]);
    }

    public void Differentiate(GradientContext context)
    {
        GraphBuilder builder = context.Builder;
        string x = context.Input(0);
        string phi = CompositeOperators.Saved(context.Node, "phi");
        string slope;
        if (IsTanh(context.Node))
        {
            // phi = (1 + t) / 2, so 1 - t^2 = 4 phi (1 - phi).
            string bell = context.Scale(context.Mul(phi, builder.Op("Sub", builder.Scalar(1), phi)), 2 * Math.Sqrt(2 / Math.PI));
            string inner = builder.Op("Add", x, context.Scale(context.Mul(x, context.Mul(x, x)), 3 * TanhCubic));
            slope = builder.Op("Add", phi, context.Mul(bell, inner));
        }
        else
        {
            string density = builder.Op("Exp", context.Scale(context.Mul(x, x), -0.5));
            slope = builder.Op("Add", phi, context.Scale(context.Mul(x, density), 1 / Math.Sqrt(2 * Math.PI)));
        }

        context.Add(0, context.Mul(context.OutputGradient, slope));
    }

    private static bool IsTanh(NodeProto node) => Attributes.GetString(node, "approximate", "none") == "tanh";

    private static string TanhArgument(GraphBuilder builder, string x) =>
        builder.Op("Add", x, builder.Op("Mul", builder.Op("Mul", x, builder.Op("Mul", x, x)), builder.Scalar(TanhCubic)));
}
