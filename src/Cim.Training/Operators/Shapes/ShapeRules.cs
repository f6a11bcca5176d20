using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Shapes;

/// <summary>The rules of operators that move or add up values without changing them.</summary>
internal static class ShapeRules
{
    public static IReadOnlyList<IGradientRule> All { get; } =
    [
        new ReshapeGradient(), new TransposeGradient(), new ConcatGradient(), new SplitGradient(),
        new SliceGradient(), new PadGradient(), new GatherGradient(), new ExpandGradient(),
        new IdentityGradient(), new ReduceMeanGradient(), new ReduceSumGradient(), new ReduceExtremeGradient(),
        new ReduceSquaresGradient(), new DepthToSpaceGradient(), new CumSumGradient(),
    ];
}
