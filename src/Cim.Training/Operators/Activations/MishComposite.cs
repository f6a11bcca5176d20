using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>
/// Mish (an operator of opset 18, written here with those of opset 17): y = x t, t = tanh(softplus(x)), so dx = dy (t + x sigmoid(x) (1 -
/// t^2))
/// (Misra, arXiv 1908.08681).
/// </summary>
internal sealed class MishComposite : ICompositeOperator
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Mish"];

    public void Lower(NodeProto node, GraphBuilder builder)
    {
        string t = builder.Named(CompositeOperators.Saved(node, "tanh"), "Tanh", [builder.Op("Softplus", node.Input[0])]);
        builder.Named(node.Output[0], "Mul", [node.Input[0], t]);
    }

    public void Differentiate(GradientContext context)
    {
        GraphBuilder builder = context.Builder;
        string x = context.Input(0), t = CompositeOperators.Saved(context.Node, "tanh");
        string slope = context.Mul(builder.Op("Sigmoid", x), builder.Op("Sub", builder.Scalar(1), context.Mul(t, t)));
        context.Add(0, context.Mul(context.OutputGradient, builder.Op("Add", t, context.Mul(x, slope))));
    }
}
