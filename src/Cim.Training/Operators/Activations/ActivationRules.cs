using Cim.Training.Differentiation;

namespace Cim.Training.Operators.Activations;

/// <summary>The rules of activation functions.</summary>
internal static class ActivationRules
{
    public static IReadOnlyList<IGradientRule> All { get; } =
    [
        new ReluGradient(), new LeakyReluGradient(), new ClipGradient(), new SigmoidGradient(),
        new TanhGradient(), new HardSwishGradient(), new HardSigmoidGradient(), new SoftmaxGradient(),
        new LogSoftmaxGradient(), new GeluComposite(), new MishComposite(), new SoftplusGradient(),
        new ExponentialUnitGradient(), new PReluGradient(), new SoftsignGradient(),
    ];
}
