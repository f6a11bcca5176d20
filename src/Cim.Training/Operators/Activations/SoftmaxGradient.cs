using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>y = softmax(x): dx = y * (dy - sum(dy * y)) along the axis.</summary>
internal sealed class SoftmaxGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Softmax"];

    public void Differentiate(GradientContext context)
    {
        int axis = GradientContext.Axis(Attributes.GetInt(context.Node, "axis", -1), context.OutputShape().Length);
        string product = context.Mul(context.OutputGradient, context.Output());
        string weighted = context.Mul(context.Output(), context.Sum(product, [axis], keepDims: true));
        context.Add(0, context.Builder.Op("Sub", product, weighted));
    }
}
