using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Engine;
using Cim.Training.Networks;
using Cim.Training.Operators.Normalization;
using Cim.Training.Ort;

namespace Cim.Training.Loop;

/// <summary>Batch normalization in training: normalizes with the batch and keeps running averages for inference.</summary>
internal sealed class BatchStatistics
{
    /// <summary>How far the running statistics move towards those of a batch.</summary>
    public const float Momentum = 0.1f;

    private readonly List<StatisticsLayer> _layers = [];

    private BatchStatistics(TrainableNetwork network) => Network = network;

    /// <summary>The network with batch statistics; it shares parameters and controls with the one it was made from.</summary>
    public TrainableNetwork Network { get; }

    /// <summary>The layers whose statistics are kept.</summary>
    public IReadOnlyList<StatisticsLayer> Layers => _layers;

    /// <summary>Values an engine must return for <see cref="Update"/>.</summary>
    public IReadOnlyList<string> Outputs => [.. _layers.SelectMany(layer => new[] { layer.MeanOutput, layer.VarianceOutput })];

    /// <summary>Replaces every BatchNormalization node. Their running statistics must be controls.</summary>
    public static BatchStatistics Insert(TrainableNetwork network)
    {
        GraphProto graph = network.Graph.Clone();
        Dictionary<string, Control> controls = network.Controls.ToDictionary(control => control.Name, StringComparer.Ordinal);
        var result = new BatchStatistics(new TrainableNetwork(graph, network.Parameters, network.Controls));
        IReadOnlyDictionary<string, long[]> shapes = ForwardGraph.ShapesOf(network);
        var builder = new GraphBuilder(graph);
        foreach (NodeProto node in graph.Node.Where(node => node.OpType == "BatchNormalization"))
        {
            Control mean = controls[node.Input[3]];
            Control variance = controls[node.Input[4]];
            node.OpType = BatchStatisticsNormalization.OperatorType;
            node.Domain = TrainingDomain.Name;
            if (node.Name.Length == 0)
                node.Name = builder.Unique(node.Output[0] + "/statistics");
            node.Input.RemoveAt(4);
            node.Input.RemoveAt(3);
            node.Output.Add(builder.Unique(node.Output[0] + "/mean"));
            node.Output.Add(builder.Unique(node.Output[0] + "/variance"));
            node.Attribute.Add(
                Attributes.Ints("axes", [0, .. Enumerable.Range(2, shapes[node.Input[0]].Length - 2).Select(axis => (long)axis)]));
            result._layers.Add(new StatisticsLayer(node.Output[1], node.Output[2], mean, variance, shapes[node.Input[0]]));
        }

        return result;
    }

    /// <summary>Moves the running statistics towards the last batch's (variance unbiased, as PyTorch and the ONNX operator do).</summary>
    public void Update(IGradientEngine engine)
    {
        foreach (StatisticsLayer layer in _layers)
        {
            float[] batchMean = engine.Output(layer.MeanOutput);
            float[] batchVariance = engine.Output(layer.VarianceOutput);
            (float[] mean, float[] variance) = (layer.Mean.Values, layer.Variance.Values);
            float unbiased = layer.Unbiased(engine.BatchSize);
            for (int i = 0; i < batchMean.Length; i++)
            {
                mean[i] += Momentum * (batchMean[i] - mean[i]);
                variance[i] += Momentum * ((batchVariance[i] * unbiased) - variance[i]);
            }
        }
    }
}

/// <summary>A batch normalization in training.</summary>
/// <param name="MeanOutput">The value with the mean of the batch.</param>
/// <param name="VarianceOutput">The value with its biased variance.</param>
/// <param name="Mean">The running mean.</param>
/// <param name="Variance">The running variance.</param>
/// <param name="Shape">Shape of what is normalized, for one sample.</param>
internal sealed record StatisticsLayer(string MeanOutput, string VarianceOutput, Control Mean, Control Variance, long[] Shape)
{
    /// <summary>Unbiased over biased variance of a batch.</summary>
    public float Unbiased(int batchSize)
    {
        long count = batchSize * Tensors.Count(Shape.AsSpan(2));
        return count > 1 ? count / (float)(count - 1) : 1;
    }
}
