using Cim.Onnx.Building;
using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Matrices;

/// <summary>y = alpha * op(a) * op(b) + beta * c, every gradient one Gemm with transposed flags.</summary>
internal sealed class GemmGradient : IGradientRule
{
    public IReadOnlyList<string> OperatorTypes { get; } = ["Gemm"];

    public void Differentiate(GradientContext context)
    {
        GraphBuilder builder = context.Builder;
        string dy = context.OutputGradient;
        string a = context.Input(0);
        string b = context.Input(1);
        float alpha = Attributes.GetFloat(context.Node, "alpha", 1);
        bool transA = Attributes.GetInt(context.Node, "transA", 0) != 0;
        bool transB = Attributes.GetInt(context.Node, "transB", 0) != 0;
        if (context.Needs(0))
            context.Add(0, transA ? Gemm(b, dy, transB, true) : Gemm(dy, b, false, !transB));
        if (context.Needs(1))
            context.Add(1, transB ? Gemm(dy, a, true, transA) : Gemm(a, dy, !transA, false));
        if (context.Needs(2))
        {
            string scaled = context.Scale(dy, Attributes.GetFloat(context.Node, "beta", 1));
            context.Add(2, context.Unbroadcast(scaled, context.OutputShape(), context.InputShape(2)));
        }

        string Gemm(string left, string right, bool transposeLeft, bool transposeRight) => builder.Op(
            "Gemm",
            [left, right],
            Attributes.Float("alpha", alpha),
            Attributes.Int("transA", transposeLeft ? 1 : 0),
            Attributes.Int("transB", transposeRight ? 1 : 0));
    }
}
