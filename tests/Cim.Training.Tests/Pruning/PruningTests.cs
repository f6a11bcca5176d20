using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.Pruning;
using Xunit;

namespace Cim.Training.Tests.Pruning;

public sealed class PruningTests
{
    [Fact]
    public void Freed_arrays_are_those_a_packed_matrix_does_not_need()
    {
        // 72 rows x 8 outputs on 32x32 arrays, 2 bit lines an output: 3 x 1 arrays. 40 rows left need 2.
        var weights = new Parameter("w", [8, 8, 3, 3], [.. Enumerable.Repeat(1f, 576)], ParameterRole.Weight);
        var layer = new PrunedLayer(weights, new MatrixLayout(8, 72, 72, 1, 9), new ArrayGeometry(32, 32, 2));
        Assert.Equal(3, layer.ArraysBefore);
        foreach (int[] row in layer.Units(PruningGranularity.ArrayRow, 0).Take(32).ToArray())
            layer.Remove(row);
        Assert.Equal(2, layer.ArraysAfter);
        Assert.Equal(256, layer.Zeros);
    }

    [Fact]
    public void Scattered_zeros_free_nothing()
    {
        var weights = new Parameter("w", [16, 64], [.. Enumerable.Repeat(1f, 1024)], ParameterRole.Weight);
        var layer = new PrunedLayer(weights, new MatrixLayout(16, 64, 64, 1, 1), new ArrayGeometry(32, 32, 2));
        foreach (int[] weight in layer.Units(PruningGranularity.Weight, 0).Where((_, i) => i % 2 == (i / 64 % 2)).ToArray())
            layer.Remove(weight);
        Assert.Equal(512, layer.Zeros);
        Assert.Equal(layer.ArraysBefore, layer.ArraysAfter);
    }

    [Theory]
    [InlineData(PruningGranularity.Weight)]
    [InlineData(PruningGranularity.Strip)]
    [InlineData(PruningGranularity.ArrayRow)]
    [InlineData(PruningGranularity.ArrayColumn)]
    [InlineData(PruningGranularity.Filter)]
    [InlineData(PruningGranularity.Array)]
    public async Task Pruned_weights_stay_zero_through_training(PruningGranularity granularity)
    {
        TrainableNetwork network = SmallNetworks.Build(
            1, "conv 16 3x3 pad 1", "relu", "maxpool 2", "conv 16 3x3 pad 1", "relu", "maxpool 2", "linear 4");
        SampleSet training = SmallNetworks.Quadrants(512, 1);
        SampleSet test = SmallNetworks.Quadrants(200, 2);
        var loop = new TrainingOptions { Epochs = 4, BatchSize = 16 };
        await new Trainer(network, training, null, loop).RunAsync();
        var options = new PruningOptions
        {
            Granularity = granularity,
            Target = 0.4,
            Steps = 2,
            ScoreSamples = 128,
            FinalEpochs = 2,
            Geometry = new ArrayGeometry(16, 16, 2),
            Retraining = loop with { Epochs = 1 },
        };
        PruningReport report = await new Pruner(network, training, options).RunAsync();
        bool frees = granularity is PruningGranularity.ArrayRow or PruningGranularity.ArrayColumn or PruningGranularity.Array;
        Assert.True((frees ? report.FreedArrays : report.Sparsity) >= 0.4, $"{report.FreedArrays} arrays, {report.Sparsity} weights");
        Assert.Equal(report.Layers.Sum(layer => layer.Zeros),
            network.Parameters.Where(p => p.Role == ParameterRole.Weight).Sum(p => p.Values.Count(v => v == 0)));
        using var predictor = new Predictor(network, parts: 1);
        Assert.True(predictor.CountCorrect(test) > 170, $"{predictor.CountCorrect(test)}");
    }
}
