using Cim.Training.Tests.Differentiation;
using Xunit;

namespace Cim.Training.Tests.Operators.Matrices;

/// <summary>dA = dY B^T, dB = A^T dY, summed over broadcast axes.</summary>
public sealed class MatMulGradientTests
{
    [Fact]
    public void Batched_broadcast_and_with_vectors()
    {
        (long[] A, long[] B)[] shapes =
        [
            ([3, 4], [4, 5]), ([2, 3, 4], [4, 5]), ([2, 3, 4], [2, 4, 5]), ([2, 1, 3, 4], [3, 4, 2]), ([3, 4], [2, 4, 5]),
            ([4], [4, 5]), ([3, 4], [4]), ([2, 3, 4], [4]), ([4], [2, 4, 3]), ([1, 3, 4], [2, 4, 5]),
        ];
        foreach ((long[] a, long[] b) in shapes)
        {
            var check = new GradientCheck(2, doublePrecision: true);
            check.Agrees(check.Builder.Op("MatMul", check.Variable(a), check.Variable(b)));
        }
    }
}
