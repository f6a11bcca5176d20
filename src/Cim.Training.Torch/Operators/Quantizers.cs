using Cim.Training.Operators.Quantizers;
using Cim.Training.Torch.Nodes;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Operators;

/// <summary>
/// The operators of quantization-aware training: forward values exactly as the hardware computes them, gradients straight through
/// (<see cref="FakeQuantize"/> and <see cref="QuantizedLinear"/> say how both are defined).
/// </summary>
internal static class Quantizers
{
    private const int ConverterInput = 7;

    public static IReadOnlyList<TorchOperator> All { get; } =
    [
        new(FakeQuantize.OperatorType, Quantize), new(QuantizedLinear.OperatorType, Linear),
    ];

    private static TorchOperation Quantize(TorchNode node)
    {
        Tensor elements = node.Number(node.Int("elements", 1));
        int inputs = node.InputCount;
        return x =>
        {
            // Without a rate of its own, 1 / sqrt(n q_max) with n the numbers that share a step.
            Tensor rate = inputs > 6 ? x[6] : (x[3] * elements).rsqrt();
            (Tensor value, Tensor code) = StraightThrough.Quantize(
                x[0], x[1], (x[2], x[3]), inputs > 4 ? (x[4], x[5]) : null, rate);
            return [value, code];
        };
    }

    private static TorchOperation Linear(TorchNode node)
    {
        string kind = node.Text(QuantizedLinear.Kind, "Conv");
        bool perStrip = node.Int(QuantizedLinear.StepPerStrip, 0) != 0, hasBias = node.Has(2);
        long[] vector = kind == "Conv" ? [1, -1, .. Enumerable.Repeat(1L, (int)node.Int(QuantizedLinear.SpatialRank, 2))] : [-1];
        Func<Tensor, Tensor, Tensor> product = Product(node, kind);
        Func<Tensor[], Tensor, Tensor, Tensor> sum = node.InputCount > ConverterInput
            ? Converted(node, kind, product)
            : (_, codes, weights) => product(codes, weights);
        return x =>
        {
            (Tensor inputStep, Tensor weightStep) = (x[4].detach(), x[6].detach());
            Tensor codes = StraightThrough.Replace(x[0], x[3], inputStep);
            Tensor weights = perStrip
                ? StraightThrough.Replace(x[1], x[5] * weightStep, null)
                : StraightThrough.Replace(x[1], x[5], weightStep);
            Tensor step = perStrip ? inputStep : inputStep * weightStep.reshape(vector);
            Tensor total = sum(x, codes, weights);
            if (hasBias)
            {
                Tensor bias = x[2].reshape(vector);
                total += StraightThrough.Replace(bias, (bias.detach() / step).round(), step);
            }

            return [total * step];
        };
    }

    private static Func<Tensor, Tensor, Tensor> Product(TorchNode node, string kind)
    {
        switch (kind)
        {
            case "Conv":
                Func<Tensor, Tensor, Tensor?, Tensor> convolution = Convolutions.Product(node);
                return (x, w) => convolution(x, w, null);
            case "Gemm" when node.Int("transB", 0) != 0:
                return (x, w) => x.matmul(w.t());
            default:
                return (x, w) => x.matmul(w);
        }
    }

    /// <summary>The sum over tiles of input channels, each rounded to the converter's step and clipped to its limits.</summary>
    private static Func<Tensor[], Tensor, Tensor, Tensor> Converted(TorchNode node, string kind, Func<Tensor, Tensor, Tensor> product)
    {
        long tile = node.Int(QuantizedLinear.TileChannels, 0), channels = node.Int(QuantizedLinear.InputChannels, 0);
        (int xAxis, int wAxis) = kind == "Conv" ? (1, 1) : (-1, node.Int("transB", 0) != 0 ? 1 : 0);
        return (x, codes, weights) =>
        {
            Tensor? total = null;
            for (long first = 0; first < channels; first += tile)
            {
                long end = Math.Min(channels, first + tile);
                Tensor part = product(codes.slice(xAxis, first, end, 1), weights.slice(wAxis, first, end, 1));
                Tensor step = x[ConverterInput].detach();
                Tensor code = clamp((part.detach() / step).round(), x[ConverterInput + 1], x[ConverterInput + 2]);
                Tensor converted = StraightThrough.Replace(part, code * step, null);
                total = total is null ? converted : total + converted;
            }

            return total!;
        };
    }
}
