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
    private const float Momentum = 0.1f;

    private readonly List<(string MeanOutput, string VarianceOutput, Control Mean, Control Variance, long[] Shape)> _layers = [];

    private BatchStatistics(TrainableNetwork network) => Network = network;

    /// <summary>The network with batch statistics; it shares parameters and controls with the one it was made from.</summary>
    public TrainableNetwork Network { get; }

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
            result._layers.Add((node.Output[1], node.Output[2], mean, variance, shapes[node.Input[0]]));
        }

        return result;
    }

    /// <summary>Moves the running statistics towards the last batch's (variance unbiased, as PyTorch and the ONNX operator do).</summary>
    public void Update(IGradientEngine engine)
    {
        foreach ((string meanOutput, string varianceOutput, Control mean, Control variance, long[] shape) in _layers)
        {
            float[] batchMean = engine.Output(meanOutput);
            float[] batchVariance = engine.Output(varianceOutput);
            long count = engine.BatchSize * Tensors.Count(shape.AsSpan(2));
            float unbiased = count > 1 ? count / (float)(count - 1) : 1;
            for (int i = 0; i < batchMean.Length; i++)
            {
                mean.Values[i] += Momentum * (batchMean[i] - mean.Values[i]);
                variance.Values[i] += Momentum * ((batchVariance[i] * unbiased) - variance.Values[i]);
            }
        }
    }
}
