using Cim.Onnx.Building;
using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Matrices;

/// <summary>Of alpha A B + beta C in every transposition.</summary>
public sealed class GemmGradientTests
{
    [Theory]
    [InlineData(0, 0, 1f, 1f)]
    [InlineData(1, 0, 0.5f, 2f)]
    [InlineData(0, 1, 2f, 0.5f)]
    [InlineData(1, 1, 1f, 0f)]
    public void Every_transposition_and_shape_of_bias(int transA, int transB, float alpha, float beta)
    {
        foreach (long[] bias in new long[][] { [5], [3, 1], [1, 5], [3, 5] })
        {
            var check = new GradientCheck(1, doublePrecision: true);
            string a = check.Variable(transA == 0 ? [3, 4] : [4, 3]);
            string b = check.Variable(transB == 0 ? [4, 5] : [5, 4]);
            string c = check.Variable(bias);
            check.Agrees(check.Builder.Op(
                "Gemm", [a, b, c], Attributes.Int("transA", transA), Attributes.Int("transB", transB), Attributes.Float("alpha", alpha),
                Attributes.Float("beta", beta)));
        }
    }
}
