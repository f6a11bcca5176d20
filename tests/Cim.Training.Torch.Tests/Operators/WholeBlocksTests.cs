using Cim.Training.Torch.Operators;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace Cim.Training.Torch.Tests.Operators;

/// <summary>Convolutions of channels that leave a part of a block free, in memory that held NaN before.</summary>
public sealed class WholeBlocksTests
{
    private static readonly long[] _ones = [1, 1], _none = [0, 0];

    [Theory]
    [InlineData(1, 8)]
    [InlineData(3, 24)]
    [InlineData(4, 8)]
    [InlineData(5, 5)]
    [InlineData(12, 12)]
    [InlineData(16, 32)]
    [InlineData(44, 42)]
    public void Outputs_and_gradients_are_those_of_doubles(int channels, int outputs)
    {
        _ = TorchMachine.Engine;
        for (int i = 0; i < 5; i++)
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor x = randn([16, channels, 8, 8]), w = randn([outputs, channels, 3, 3]), b = randn([outputs]);
            Near((x, w), (p, q) => WholeBlocks.Convolve(
                p, q, b.to(p.dtype), 1, (inputs, weights, bias) => F.conv2d(inputs, weights, bias, _ones, _ones, _ones, 1)));
            Tensor transposed = randn([channels, outputs, 3, 3]);
            Near((x, transposed), (p, q) => WholeBlocks.Transpose(
                p, q, 1, (inputs, weights) => F.conv_transpose2d(inputs, weights, null, _ones, _none, _none, _ones, 1)));
        }
    }

    private static void Near((Tensor X, Tensor W) operands, Func<Tensor, Tensor, Tensor> operation)
    {
        Tensor[] found = Results(ScalarType.Float32), expected = Results(ScalarType.Float64);
        for (int i = 0; i < found.Length; i++)
        {
            double distance = (found[i].to(ScalarType.Float64) - expected[i]).norm().item<double>();
            double norm = expected[i].norm().item<double>();
            Assert.True(distance <= 1e-5 * norm, FormattableString.Invariant($"result {i}: norm {norm:G5}, distance {distance:G5}"));
        }

        Tensor[] Results(ScalarType type)
        {
            Tensor x = operands.X.to(type, copy: true).requires_grad_(true), w = operands.W.to(type, copy: true).requires_grad_(true);
            LeaveNaN();
            Tensor y = operation(x, w);
            LeaveNaN();
            IList<Tensor> gradients = autograd.grad([y.square().sum()], [x, w]);
            return [y.detach(), .. gradients];
        }
    }

    /// <summary>Memory of many sizes that is free again and holds NaN.</summary>
    private static void LeaveNaN()
    {
        using DisposeScope scope = NewDisposeScope();
        for (int size = 1; size <= 30; size++) full([1000 * size], float.NaN);
    }
}
