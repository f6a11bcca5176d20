using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Compiler.Tests.Support;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Quantization;

public sealed class ProbedPositionsTests
{
    private static readonly MvmLayer _layer = Assert.Single(MvmLayers.Find(RandomNetworks.Import(
        new ModelBuilder().Input("x", -1, 4).Output("y").Weight("w", 4, 2).Node("MatMul", "x w", "y").Bytes)));

    [Fact]
    public void The_most_unusual_position_is_among_them_and_all_are_counted_once() => Gen.Select(Gen.Int[600, 3000], Gen.Int[0, 599])
        .Holds(20, (count, unusual) =>
        {
            float[] x = RandomNetworks.Samples(count, 4, (ulong)count);
            x[(unusual * 4) + 1] = 1000;
            ProbedPositions positions = ProbedPositions.Of(_layer, new LayerSamples(count, x, new float[count * 2]));
            Assert.Contains(1000f, positions.X);
            Assert.Equal(count, positions.Counts.Sum(), 6);
            Assert.Equal(positions.Count * 4, positions.X.Length);
        });

    [Fact]
    public void Of_few_positions_all_are_taken()
    {
        float[] x = RandomNetworks.Samples(40, 4, 1);
        ProbedPositions positions = ProbedPositions.Of(_layer, new LayerSamples(40, x, new float[80]));
        Assert.Equal(x.Order(), positions.X.Order());
        Assert.All(positions.Counts, c => Assert.Equal(1, c));
    }
}
