using Cim.Training.Operators.Normalization;
using Cim.Training.Torch.Nodes;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Cim.Training.Torch.Operators;

/// <summary>Normalization layers.</summary>
internal static class Normalizations
{
    public static IReadOnlyList<TorchOperator> All { get; } =
    [
        new("BatchNormalization", Fixed),
        new(BatchStatisticsNormalization.OperatorType, WithStatisticsOfTheBatch),
        new("LayerNormalization", Layer),
        new("InstanceNormalization", Instance),
    ];

    private static TorchOperation Fixed(TorchNode node)
    {
        double epsilon = node.Real("epsilon", 1e-5f);
        return x => [F.batch_norm(x[0], x[3], x[4], x[1], x[2], false, 0, epsilon)];
    }

    /// <summary>
    /// Outputs besides the result: mean and biased variance. With a momentum of one, running averages are the batch's own; the variance
    /// they hold is the unbiased one.
    /// </summary>
    private static TorchOperation WithStatisticsOfTheBatch(TorchNode node)
    {
        double epsilon = node.Real("epsilon", 1e-5f);
        long channels = node.InputShape(0)[1];
        double count = node.InputShape(0)[0] * node.InputShape(0)[2..].Aggregate(1.0, (product, dim) => product * dim);
        Tensor zero = node.Number(0), biased = node.Number((count - 1) / count);
        return x =>
        {
            if (count <= 1)
                return Single(x[0], x[2]);
            Tensor mean = zeros(channels, node.RealType, node.Device), variance = ones(channels, node.RealType, node.Device);
            Tensor result = F.batch_norm(x[0], mean, variance, x[1], x[2], true, 1, epsilon);
            return [result, mean, variance * biased];
        };

        // One value a channel is its own mean.
        Tensor[] Single(Tensor value, Tensor bias) =>
        [
            (value * zero) + bias.reshape([1, -1, .. Enumerable.Repeat(1L, node.Rank - 2)]), value.detach().reshape(-1),
            zeros(channels, node.RealType, node.Device),
        ];
    }

    private static TorchOperation Layer(TorchNode node)
    {
        if (node.Proto.Output.Skip(1).Any(name => name.Length > 0))
            throw node.Unsupported("the Mean and InvStdDev outputs have no operation");
        long[] dims = node.InputShape(0)[(int)node.Axis(node.Int("axis", -1))..];
        double epsilon = node.Real("epsilon", 1e-5f);
        bool hasBias = node.Has(2);
        if (node.InputShape(1).SequenceEqual(dims) && (!hasBias || node.InputShape(2).SequenceEqual(dims)))
            return x => [F.layer_norm(x[0], dims, x[1], hasBias ? x[2] : null, epsilon)];
        return x =>
        {
            Tensor scaled = F.layer_norm(x[0], dims, null, null, epsilon) * x[1];
            return [hasBias ? scaled + x[2] : scaled];
        };
    }

    private static TorchOperation Instance(TorchNode node)
    {
        double epsilon = node.Real("epsilon", 1e-5f);
        return x => [F.instance_norm(x[0], null, null, x[1], x[2], true, 0, epsilon)];
    }
}
