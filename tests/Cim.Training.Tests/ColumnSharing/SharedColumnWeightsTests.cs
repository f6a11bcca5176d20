using Cim.Tests.Shared;
using Cim.Training.ColumnSharing;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Optimization;
using Cim.Training.Quantization;
using CsCheck;
using Xunit;

namespace Cim.Training.Tests.ColumnSharing;

/// <summary>Layers whose outputs are made of shared columns.</summary>
public sealed class SharedColumnWeightsTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 6)];

    [Fact]
    public void Weights_equal_their_columns_and_steps_after_any_update() =>
        Gen.Select(Gen.Int[0, 1_000_000], Gen.Bool).Holds(20, (seed, split) =>
        {
            var random = new Random(seed);
            (QuantizedLayer layer, TileColumns[] tiles) = Sharing(random, split);
            var shared = new SharedColumnWeights(layer, tiles);
            for (int update = 0; update < 20; update++)
            {
                for (int i = 0; i < layer.Weights.Values.Length; i++)
                    layer.Weights.Values[i] += 0.2f * (random.NextSingle() - 0.5f);
                shared.Update();
                Assert.Equal(Expected(layer, tiles), layer.Codes());
                Assert.All(tiles, tile => Assert.All(
                    tile.Columns, (c, i) => Assert.InRange(c, tile.Low[i / tile.Rows.Count], tile.High[i / tile.Rows.Count])));
                Assert.All(layer.WeightStep.Values, step => Assert.True(step > 0));
            }
        });

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Descent_towards_weights_that_shared_columns_can_express_arrives_there(int seed)
    {
        var random = new Random(seed);
        bool split = seed % 2 == 0;
        (QuantizedLayer wanted, TileColumns[] tiles) = Sharing(random, split);
        _ = new SharedColumnWeights(wanted, tiles);
        float[] target = [.. wanted.Weights.Values];
        (QuantizedLayer layer, _) = Sharing(new Random(seed), split);
        TileColumns[] start =
        [
            .. tiles.Select(t =>
                new TileColumns(t.Rows, t.Plus, t.Minus, t.Shifts, t.Low, t.High,
                [.. t.Columns.Select((c, i) => Math.Clamp(c + random.Next(-2, 3), t.Low[i / t.Rows.Count], t.High[i / t.Rows.Count]))])),
        ];
        var shared = new SharedColumnWeights(layer, start);
        double before = Distance(layer.Weights.Values, target);
        for (int update = 0; update < 400; update++)
        {
            for (int i = 0; i < target.Length; i++)
                layer.Weights.Values[i] -= 0.1f * (layer.Weights.Values[i] - target[i]);
            shared.Update();
        }

        // What is left is less than the rounding of columns of a few levels with a step of its own.
        Assert.True(Distance(layer.Weights.Values, target) < 0.1 * before, $"{before} -> {Distance(layer.Weights.Values, target)}");
    }

    [Fact]
    public void Outputs_on_a_column_add_up_what_they_want_with_sign_and_shift()
    {
        QuantizedLayer layer = Layer(1);
        int rows = layer.Layout.Inputs, outputs = layer.Layout.Outputs;
        Array.Fill(layer.WeightStep.Values, 0.5f);
        int[] column = new int[outputs], none = new int[outputs], shifts = new int[outputs];
        Array.Fill(none, -1);
        // Output 1 subtracts the column output 0 adds, doubled; the others have none.
        int[] plus = [.. none], minus = [.. none];
        (plus[0], minus[1], shifts[1]) = (0, 0, 1);
        var tile = new TileColumns([.. Enumerable.Range(0, rows)], plus, minus, shifts, [-100], [100], [.. Enumerable.Repeat(10f, rows)]);
        var shared = new SharedColumnWeights(layer, [tile]);
        Assert.Equal(5f, layer.Weights.Values[layer.Layout.Index(0, 3)]);
        Assert.Equal(-10f, layer.Weights.Values[layer.Layout.Index(1, 3)]);
        // Two changes of row 3 that leave both steps as they are, for rows 3 and 4 change by opposite amounts.
        foreach ((int row, float change) in ((int, float)[])[(3, 1.5f), (4, -1.5f)])
        {
            layer.Weights.Values[layer.Layout.Index(0, row)] += change;
            layer.Weights.Values[layer.Layout.Index(1, row)] -= 3 * change;
        }

        shared.Update();
        // gains 0.5 and -1: (0.5 * 1.5 + 1 * 4.5) / (0.25 + 1) = 4.2.
        Assert.Equal(14.2f, tile.Columns[3], 1e-4f);
        Assert.Equal(5.8f, tile.Columns[4], 1e-4f);
        Assert.Equal(7f, layer.Weights.Values[layer.Layout.Index(0, 3)]);
    }

    [Fact]
    public async Task A_killed_training_with_ties_continues_to_the_same_weights()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            var options = new TrainingOptions
            {
                Epochs = 3,
                BatchSize = 16,
                BatchStatistics = false,
                Optimizer = new OptimizerOptions { LearningRate = 0.05 },
            };
            float[] whole = await Train(options, CancellationToken.None, null);
            using var stop = new CancellationTokenSource();
            await Train(options with { Checkpoint = path }, stop.Token, new Progress(report =>
            {
                if (report.Epoch == 3)
                    stop.Cancel();
            }));
            Assert.Equal(whole, await Train(options with { Checkpoint = path }, CancellationToken.None, null));
            await Assert.ThrowsAsync<InvalidOperationException>(
                () => Train(options with { AverageDecay = 0.9 }, CancellationToken.None, null));
        }
        finally
        {
            File.Delete(path);
        }

        static async Task<float[]> Train(TrainingOptions options, CancellationToken cancellation, IProgress<TrainingProgress>? progress)
        {
            SampleSet samples = SmallNetworks.Quadrants(64, 3);
            QuantizedNetwork network = Network(1);
            QuantizedLayer layer = network.Layers[0];
            var shared = new SharedColumnWeights(layer, Tiles(new Random(5), layer, false));
            await new Trainer(network.Network, samples, null, options) { SharedColumns = [shared] }.RunAsync(progress, cancellation);
            return [.. layer.Weights.Values, .. layer.WeightStep.Values];
        }
    }

    private static QuantizedNetwork Network(int seed) => QuantizedNetwork.Create(
        SmallNetworks.Dense(seed), SmallNetworks.Quadrants(16, 3), new QuantizationOptions
        {
            WeightBits = 8,
            ActivationBits = 8,
            EdgeBits = 0,
        });

    private static QuantizedLayer Layer(int seed) => Network(seed).Layers[0];

    private static (QuantizedLayer Layer, TileColumns[] Tiles) Sharing(Random random, bool split)
    {
        QuantizedLayer layer = Layer(1);
        for (int o = 0; o < layer.WeightStep.Values.Length; o++)
            layer.WeightStep.Values[o] = 0.02f * (1 + random.NextSingle());
        return (layer, Tiles(random, layer, split));
    }

    private static TileColumns[] Tiles(Random random, QuantizedLayer layer, bool split)
    {
        int inputs = layer.Layout.Inputs, outputs = layer.Layout.Outputs, cut = inputs / 3, count = Math.Max(2, outputs / 2);
        return
        [
            .. new[] { Enumerable.Range(0, cut), Enumerable.Range(cut, inputs - cut) }.Select(rows =>
            {
                int[] own = [.. rows];
                int[] first = [.. Enumerable.Range(0, outputs).Select(_ => random.Next(count))];
                bool[] negative = [.. first.Select(_ => random.Next(2) == 0)];
                return new TileColumns(
                    own, [.. first.Select((c, o) => split || !negative[o] ? c : -1)],
                    [.. first.Select((c, o) => split ? (c + 1 + random.Next(count - 1)) % count : negative[o] ? c : -1)],
                    [.. first.Select(_ => random.Next(4))], [.. Enumerable.Repeat(split ? 0 : -7, count)], [.. Enumerable.Repeat(7, count)],
                    [.. Enumerable.Range(0, count * own.Length).Select(_ => (float)random.Next(split ? 0 : -7, 8))]);
            }),
        ];
    }

    private static int[] Expected(QuantizedLayer layer, TileColumns[] tiles)
    {
        int[] codes = new int[layer.Layout.Outputs * layer.Layout.Inputs];
        foreach (TileColumns tile in tiles)
        {
            for (int o = 0; o < layer.Layout.Outputs; o++)
            {
                for (int r = 0; r < tile.Rows.Count; r++)
                    codes[(o * layer.Layout.Inputs) + tile.Rows[r]] = (
                        Column(tile, tile.Plus[o], r) - Column(tile, tile.Minus[o], r)) << tile.Shifts[o];
            }
        }

        return codes;
    }

    private static int Column(TileColumns tile, int column, int row) =>
        column < 0 ? 0 : (int)MathF.Round(tile.Columns[(column * tile.Rows.Count) + row]);

    private static double Distance(float[] a, float[] b) => a.Zip(b, (x, y) => Math.Pow(x - y, 2)).Sum();

    private sealed class Progress(Action<TrainingProgress> report) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => report(value);
    }
}
