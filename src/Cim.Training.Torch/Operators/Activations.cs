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
        new("LeakyRelu", node => One(node.Real("alpha", 0.01f), (x, alpha) => F.leaky_relu(x, alpha))),
        new("Clip", Clip),
        Arithmetic.Make("Sigmoid", x => x[0].sigmoid()),
        Arithmetic.Make("Tanh", x => x[0].tanh()),
        Arithmetic.Make("HardSwish", x => F.hardswish(x[0])),
        new("HardSigmoid", HardSigmoid),
        new("Softmax", node => One(node.Axis(node.Int("axis", -1)), (x, axis) => x.softmax(axis))),
        new("LogSoftmax", node => One(node.Axis(node.Int("axis", -1)), (x, axis) => x.log_softmax(axis))),
        new("Gelu", Gelu),
        Arithmetic.Make("Mish", x => F.mish(x[0])),
        Arithmetic.Make("Softplus", x => F.softplus(x[0])),
        Arithmetic.Make("Softsign", x => x[0] / (x[0].abs() + 1)),
        new("Elu", node => One(node.Real("alpha", 1), (x, alpha) => F.elu(x, alpha))),
        new("Celu", node => One(node.Real("alpha", 1), (x, alpha) => F.celu(x, alpha))),
        new("Selu", Selu),
        Arithmetic.Make("PRelu", x => x[0].relu() + (x[1] * x[0].clamp_max(0))),
    ];

    private static TorchOperation One<T>(T setting, Func<Tensor, T, Tensor> operation) => x => [operation(x[0], setting)];

    private static TorchOperation Clip(TorchNode node) => (node.Has(1), node.Has(2)) switch
    {
        (false, false) => x => [x[0]],
        (false, true) => x => [minimum(x[0], x[2])],
        (true, false) => x => [maximum(x[0], x[1])],
        _ => x => [clamp(x[0], x[1], x[2])],
    };

    private static TorchOperation HardSigmoid(TorchNode node)
    {
        double alpha = node.Real("alpha", 0.2f), beta = node.Real("beta", 0.5f);
        return x => [((x[0] * alpha) + beta).clamp(0, 1)];
    }

    private static TorchOperation Gelu(TorchNode node)
    {
        bool isTanh = node.Text("approximate", "none") == "tanh";
        return x => [F.gelu(x[0], isTanh ? TorchSharp.Modules.GELU.Approximate.tanh : TorchSharp.Modules.GELU.Approximate.none)];
    }

    private static TorchOperation Selu(TorchNode node)
    {
        double alpha = node.Real("alpha", SeluAlpha), gamma = node.Real("gamma", SeluGamma);
        return x => [F.elu(x[0], alpha) * gamma];
    }
}
