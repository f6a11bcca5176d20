using Cim.Training.Torch.Nodes;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Cim.Training.Torch.Operators;

/// <summary>Matrix products.</summary>
internal static class Matrices
{
    public static IReadOnlyList<TorchOperator> All { get; } = [Arithmetic.Make("MatMul", x => x[0].matmul(x[1])), new("Gemm", Gemm)];

    private static TorchOperation Gemm(TorchNode node)
    {
        bool isScaled = node.Real("alpha", 1) != 1 || node.Real("beta", 1) != 1;
        Tensor alpha = node.Number(node.Real("alpha", 1)), beta = node.Number(node.Real("beta", 1));
        bool transposesA = node.Int("transA", 0) != 0, transposesB = node.Int("transB", 0) != 0, hasC = node.Has(2);
        if (!isScaled && !transposesA && transposesB && (!hasC || node.InputShape(2).Length == 1))
            return x => [F.linear(x[0], x[1], hasC ? x[2] : null)];
        return x =>
        {
            Tensor product = (transposesA ? x[0].t() : x[0]).matmul(transposesB ? x[1].t() : x[1]);
            if (isScaled)
                product *= alpha;
            return [hasC ? product + (isScaled ? x[2] * beta : x[2]) : product];
        };
    }
}
