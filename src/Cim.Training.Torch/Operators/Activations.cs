using Cim.Training.Torch.Nodes;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Cim.Training.Torch.Operators;

/// <summary>Activation functions.</summary>
internal static class Activations
{
    private const float SeluAlpha = 1.67326319217681884765625f, SeluGamma = 1.05070102214813232421875f;

    public static IReadOnlyList<TorchOperator> All { get; } =
    [
        Arithmetic.Make("Relu", x => x[0].relu()),
        new("LeakyRelu", LeakyRelu),
        new("Clip", Clip),
        Arithmetic.Make("Sigmoid", x => x[0].sigmoid()),
        Arithmetic.Make("Tanh", x => x[0].tanh()),
        Arithmetic.Make("HardSwish", x => F.hardswish(x[0])),
        new("HardSigmoid", HardSigmoid),
        new("Softmax", node => One(node.Axis(node.Int("axis", -1)), (x, axis) => x.softmax(axis))),
        new("LogSoftmax", node => One(node.Axis(node.Int("axis", -1)), (x, axis) => x.log_softmax(axis))),
        new("Gelu", Gelu),
        Arithmetic.Make("Mish", x => F.mish(x[0])),
        new("Softplus", node => One(node.Number(0), (x, zero) => x.logaddexp(zero))),
        new("Softsign", node => One(node.Number(1), (x, one) => x / (x.abs() + one))),
        new("Elu", node => Exponential(node, node.Real("alpha", 1), 1, 1)),
        new("Celu", node => Exponential(node, node.Real("alpha", 1), node.Real("alpha", 1), 1)),
        new("Selu", node => Exponential(node, node.Real("alpha", SeluAlpha), 1, node.Real("gamma", SeluGamma))),
        new("PRelu", PRelu),
    ];

    private static TorchOperation One<T>(T setting, Func<Tensor, T, Tensor> operation) => x => [operation(x[0], setting)];

    private static TorchOperation LeakyRelu(TorchNode node)
    {
        Tensor slope = node.Number(node.Real("alpha", 0.01f)), zero = node.Number(0);
        return x => [where(x[0].gt(zero), x[0], x[0] * slope)];
    }

    private static TorchOperation PRelu(TorchNode node)
    {
        Tensor zero = node.Number(0);
        return x => [where(x[0].gt(zero), x[0], x[0] * x[1])];
    }

    private static TorchOperation Clip(TorchNode node)
    {
        if (!node.Has(1) && !node.Has(2))
            return x => [x[0]];
        Tensor low = node.Number(double.NegativeInfinity), high = node.Number(double.PositiveInfinity);
        bool hasLow = node.Has(1), hasHigh = node.Has(2);
        return x => [clamp(x[0], hasLow ? x[1] : low, hasHigh ? x[2] : high)];
    }

    private static TorchOperation HardSigmoid(TorchNode node)
    {
        Tensor alpha = node.Number(node.Real("alpha", 0.2f)), beta = node.Number(node.Real("beta", 0.5f));
        Tensor zero = node.Number(0), one = node.Number(1);
        return x => [clamp((x[0] * alpha) + beta, zero, one)];
    }

    private static TorchOperation Gelu(TorchNode node)
    {
        bool isTanh = node.Text("approximate", "none") == "tanh";
        return x => [F.gelu(x[0], isTanh ? TorchSharp.Modules.GELU.Approximate.tanh : TorchSharp.Modules.GELU.Approximate.none)];
    }

    /// <summary>gamma x above 0, gamma alpha (e^(x / divisor) - 1) below.</summary>
    private static TorchOperation Exponential(TorchNode node, double alpha, double divisor, double gamma)
    {
        Tensor scale = node.Number(gamma), below = node.Number(gamma * alpha), by = node.Number(divisor), zero = node.Number(0);
        return x => [where(x[0].gt(zero), x[0] * scale, (minimum(x[0], zero) / by).expm1() * below)];
    }
}
