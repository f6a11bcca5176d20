using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Training.Data;
using Cim.Training.Engine;
using Cim.Training.Loop;
using Cim.Training.Losses;
using Cim.Training.Networks;

namespace Cim.Training.Pruning;

/// <summary>
/// Progressive pruning by gradient sensitivity: score, remove, train, several times, so that the weights left take over before more
/// are removed.
/// </summary>
public sealed class Pruner
{
    private readonly TrainableNetwork network;
    private readonly SampleSet training;
    private readonly PruningOptions options;
    private readonly IReadOnlyList<PrunedLayer> layers;

    /// <summary>Prepares pruning of all matrix layers.</summary>
    /// <param name="network">Changed in place; weights removed are zero and stay so in later training (their masks remain).</param>
    /// <param name="training">Labelled samples for scores and training.</param>
    /// <param name="options">What and how much.</param>
    public Pruner(TrainableNetwork network, SampleSet training, PruningOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(options);
        (this.network, this.training, this.options) = (network, training, options);
        if (training.Labels is null)
            throw new CimException(ErrorCodes.InvalidLabels, "gradient sensitivity needs labels; add them to the training data");
        NodeProto[] nodes = [.. network.Graph.Node
            .Where(node => node.OpType is "Conv" or "Gemm" or "MatMul" && network.Find(node.Input[1]) is { Role: ParameterRole.Weight })];

        // The last layer's outputs are the result; none of them can go as a whole.
        layers = [.. nodes.SkipLast(options.Granularity == PruningGranularity.Filter ? 1 : 0)
            .Select(node => new PrunedLayer(network[node.Input[1]], MatrixLayout.Of(node, network[node.Input[1]]), options.Geometry))];
    }

    /// <summary>The float network to follow while training, or null.</summary>
    public TrainableNetwork? Teacher { get; init; }

    /// <summary>Arrays and zeros at present.</summary>
    public PruningReport Report() => new([.. layers.Select(layer => layer.Report())]);

    /// <summary>Prunes and trains.</summary>
    public async Task<PruningReport> RunAsync(
        IProgress<(int Step, PruningReport Report)>? progress = null, CancellationToken cancellation = default)
    {
        for (int step = 1; step <= options.Steps; step++)
        {
            double along = step / (double)options.Steps;
            await PruneToAsync(options.Target * (1 - Math.Pow(1 - along, 3)), cancellation);
            int epochs = step == options.Steps ? options.FinalEpochs : options.FineTuning.Epochs;
            if (epochs > 0)
            {
                TrainingOptions training = options.FineTuning with { Epochs = epochs, Seed = options.FineTuning.Seed + step };
                await new Trainer(network, this.training, null, training) { Teacher = Teacher }.RunAsync(cancellation: cancellation);
            }

            cancellation.ThrowIfCancellationRequested();
            progress?.Report((step, Report()));
        }

        return Report();
    }

    /// <summary>Scores once and removes until a fraction is reached.</summary>
    public async Task PruneToAsync(double fraction, CancellationToken cancellation = default)
    {
        IReadOnlyList<float[]> scores = await ScoresAsync(cancellation);
        if (options.Granularity is PruningGranularity.ArrayRow or PruningGranularity.ArrayColumn)
            PruningSelection.FreeArrays(layers, scores, options.Granularity, fraction);
        else if (options.Granularity == PruningGranularity.Array)
            PruningSelection.EmptyArrays(layers, scores, fraction);
        else
            PruningSelection.RemoveUnits(layers, scores, options.Granularity, fraction);
    }

    private async Task<IReadOnlyList<float[]>> ScoresAsync(CancellationToken cancellation)
    {
        using var engine = new OrtGradientEngine(
            network, new CrossEntropy(), options.FineTuning.BatchSize, [.. layers.Select(layer => layer.Weights)], threads: options.FineTuning.Threads);
        int classes = engine.Output(network.LogitsName).Length / engine.BatchSize;
        var batches = new BatchSource(
            training, classes, network.InputName, new BatchOptions { BatchSize = engine.BatchSize, Seed = options.FineTuning.Seed }, null);
        return await GradientSensitivity.MeasureAsync(engine, batches.Epoch(0, cancellation), options.ScoreBatches, options.Score);
    }
}
