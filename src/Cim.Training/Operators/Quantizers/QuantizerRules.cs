using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Quantizers;

/// <summary>The operators of quantization-aware training.</summary>
internal static class QuantizerRules
{
    public static IReadOnlyList<IGradientRule> All { get; } = [new FakeQuantize(), new QuantizedLinear()];
}
