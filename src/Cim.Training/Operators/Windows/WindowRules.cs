using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Windows;

/// <summary>The rules of operators that move a window over their input.</summary>
internal static class WindowRules
{
    public static IReadOnlyList<IGradientRule> All { get; } =
    [
        new ConvGradient(), new MaxPoolGradient(), new AveragePoolGradient(), new GlobalAveragePoolGradient(),
        new ConvTransposeGradient(), new ResizeGradient(),
    ];
}
