using Cim.Training.Differentiation;
using Cim.Training.Operators.Activations;
using Cim.Training.Operators.Arithmetic;
using Cim.Training.Operators.Matrices;
using Cim.Training.Operators.Normalization;
using Cim.Training.Operators.Quantizers;
using Cim.Training.Operators.Shapes;
using Cim.Training.Operators.Windows;

namespace Cim.Training.Operators;

/// <summary>Every operator that can be trained through: the one place that knows all of them.</summary>
internal static class OperatorRules
{
    /// <summary>The rules.</summary>
    public static GradientRules All { get; } = new(
    [
        .. ArithmeticRules.All, .. ActivationRules.All, .. MatrixRules.All, .. WindowRules.All, .. NormalizationRules.All,
        .. ShapeRules.All, .. QuantizerRules.All,
    ]);
}
