using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Matrices;

/// <summary>The rules of matrix products.</summary>
internal static class MatrixRules
{
    public static IReadOnlyList<IGradientRule> All { get; } = [new MatMulGradient(), new GemmGradient()];
}
