using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Data;
using Cim.Training.Differentiation;
using Cim.Training.Engine;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Training.Ort;
using Cim.Training.Quantization;
using Cim.Training.Randomness;

namespace Cim.Training.PostTraining;

/// <summary>Settings of learned rounding.</summary>
public sealed record LearnedRoundingOptions
{
    /// <summary>Updates of each block.</summary>
    public int Iterations { get; init; } = 600;

    /// <summary>Samples of an update.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Learning rate of the rounding variables.</summary>
    public double LearningRate { get; init; } = 0.02;

    /// <summary>Weight of the term that drives the variables to 0 or 1.</summary>
    public double Regularization { get; init; } = 0.01;

    /// <summary>
    /// Real weights, [outputs, inputs] by layer, of a network whose weights are rounded already: learning then starts from those codes
    /// and chooses between each and the next one on the side of the real weight. Null: weights are real, and the codes around them are
    /// chosen from.
    /// </summary>
    public IReadOnlyDictionary<string, float[]>? RealWeights { get; init; }

    /// <summary>What blocks are to give; null = the network before it was quantized. Has the same values by name.</summary>
    public TrainableNetwork? Reference { get; init; }

    /// <summary>Seed of the order of samples.</summary>
    public long Seed { get; init; } = 1;
}

/// <summary>
/// Learned rounding (AdaRound: Nagel et al., arXiv 2004.10568) with block reconstruction (BRECQ: Li et al., arXiv 2102.05426): block by
/// block, whether each weight is rounded down or up is learned so that the block's output stays near the float network's,
/// given the inputs the quantized blocks before it make. Steps of activations are learned along. Needs no labels.
/// </summary>
public static class LearnedRounding
{
    /// <summary>Changes weights (to exact multiples of their steps) and activation steps of <paramref name="network"/> in place.</summary>
    /// <param name="network">A quantized network with steps chosen.</param>
    /// <param name="calibration">A few hundred samples.</param>
    /// <param name="options">Settings.</param>
    /// <param name="progress">Receives the block, counted from 1, and the number of blocks.</param>
    /// <param name="cancellation">Stops between updates; blocks done so far are kept.</param>
    public static void Apply(
        QuantizedNetwork network,
        SampleSet calibration,
        LearnedRoundingOptions options,
        IProgress<(int Block, int Blocks)>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(calibration);
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<Block> blocks = Blocks.Of(network.Source,
            node => network.Layers.Any(layer => layer.Name == GradientContext.Describe(node)), options.Reference ?? network.Source);
        for (int i = 0; i < blocks.Count; i++)
        {
            progress?.Report((i + 1, blocks.Count));
            Reconstruct(network, blocks[i], calibration, options, cancellation);
        }
    }

    private static void Reconstruct(
        QuantizedNetwork network, Block block, SampleSet calibration, LearnedRoundingOptions options, CancellationToken cancellation)
    {
        int batch = Math.Min(options.BatchSize, calibration.Count);
        float[] inputs = Values(network.Network, block.Input, calibration);
        float[] wanted = Values(options.Reference ?? network.Source, block.Output, calibration);
        RoundingGraph rounding = RoundingGraph.Build(network, block, options.RealWeights);
        using var engine = new OrtGradientEngine(
            new GradientRequest(rounding.Network, new Reconstruction(rounding), batch) { Trained = rounding.Trained });
        var optimizer = new Optimizer(
            engine.Parameters, new OptimizerOptions { Kind = OptimizerKind.AdamW, WeightDecay = 0, StepRate = 0.004 });
        int inputSize = inputs.Length / calibration.Count;
        int outputSize = wanted.Length / calibration.Count;
        var data = new Dictionary<string, float[]>(StringComparer.Ordinal)
        {
            [block.Input] = new float[batch * inputSize],
            [Objective.Targets] = new float[batch * outputSize],
        };
        for (int iteration = 0; iteration < options.Iterations; iteration++)
        {
            cancellation.ThrowIfCancellationRequested();
            rounding.Anneal(iteration / (double)options.Iterations, options.Regularization);
            var random = new KeyedRandom(options.Seed, iteration);
            for (int i = 0; i < batch; i++)
            {
                int sample = random.Next(calibration.Count);
                inputs.AsSpan(sample * inputSize, inputSize).CopyTo(data[block.Input].AsSpan(i * inputSize));
                wanted.AsSpan(sample * outputSize, outputSize).CopyTo(data[Objective.Targets].AsSpan(i * outputSize));
            }

            engine.Run(data);
            optimizer.Step(engine.Gradients, options.LearningRate);
        }

        rounding.Finish();
    }

    private static float[] Values(TrainableNetwork network, string value, SampleSet samples)
    {
        if (value == network.InputName)
            return samples.Values;
        using var predictor = new Predictor(network, Math.Min(64, samples.Count), [value]);
        return predictor.Predict(samples);
    }

    /// <summary>Squared error summed over channels, mean over batch and positions, plus the rounding term.</summary>
    private sealed class Reconstruction(RoundingGraph rounding) : Objective
    {
        internal override string Append(GraphBuilder builder, string logits, long[] shape, ICollection<string> dataInputs)
        {
            string difference = builder.Op("Sub", logits, Input(builder, Targets, shape, dataInputs));
            long positions = shape.Length > 2 ? Tensors.Count(shape.AsSpan(2)) : 1;
            string error = MeanOverBatch(builder, builder.Op("Mul", difference, difference), shape[0] * positions);
            return builder.Op("Add", error, rounding.AppendRegularization(builder));
        }
    }
}
