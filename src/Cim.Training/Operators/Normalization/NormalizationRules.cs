using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Normalization;

/// <summary>The rules of normalization layers.</summary>
internal static class NormalizationRules
{
    public static IReadOnlyList<IGradientRule> All { get; } =
    [
        new BatchNormalizationGradient(), new LayerNormalizationGradient(), new BatchStatisticsNormalization(),
        new InstanceNormalizationGradient(),
    ];
}
