using Cim.Onnx.Proto;
using Cim.Training.Data;
using Cim.Training.Differentiation;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.Quantization;

namespace Cim.Training.PostTraining;

/// <summary>
/// Bias correction (Nagel et al., arXiv 1906.04721, section 4.2, with data): adds to every bias the mean difference between
/// float and quantized outputs of the layer, front to back, so that later layers see corrected inputs.
/// </summary>
public static class BiasCorrection
{
    /// <summary>Changes the biases of <paramref name="network"/> in place; layers without bias are left alone.</summary>
    /// <param name="network">A quantized network.</param>
    /// <param name="calibration">A few hundred samples.</param>
    /// <param name="reference">What the layers are to give; null = the network before it was quantized.</param>
    /// <param name="cancellation">Checked between batches.</param>
    public static void Apply(
        QuantizedNetwork network, SampleSet calibration, TrainableNetwork? reference = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(calibration);
        NodeProto[] layers = [.. network.Source.Graph.Node
            .Where(node => node.Input.Count > 2 && network.Layers.Any(layer => layer.Name == GradientContext.Describe(node)))];
        string[] values = [.. layers.Select(node => node.Output[0])];
        Dictionary<string, double[]> wanted = Means(reference ?? network.Source, values, calibration, cancellation);
        foreach (NodeProto node in layers)
        {
            // Only as much of the network as comes before the layer.
            double[] found = Means(network.Network, [node.Output[0]], calibration, cancellation)[node.Output[0]];
            float[] bias = network.Network[node.Input[2]].Values;
            for (int c = 0; c < bias.Length; c++)
                bias[c] += (float)(wanted[node.Output[0]][c] - found[c]);
        }
    }

    private static Dictionary<string, double[]> Means(
        TrainableNetwork network, string[] values, SampleSet samples, CancellationToken cancellation)
    {
        using var predictor = new Predictor(network, Math.Min(64, samples.Count), values);
        return Means(predictor, samples, network, values, cancellation);
    }

    /// <summary>The mean of every channel (axis 1) of every value.</summary>
    private static Dictionary<string, double[]> Means(
        Predictor predictor, SampleSet samples, TrainableNetwork network, string[] values, CancellationToken cancellation)
    {
        IReadOnlyDictionary<string, long[]> shapes = ForwardGraph.ShapesOf(network);
        Dictionary<string, double[]> sums = values.ToDictionary(
            value => value, value => new double[shapes[value][1]], StringComparer.Ordinal);
        predictor.ForEachBatch(
            samples, (name, count, array) => AddChannels(sums[name], array, count, array.Length / predictor.BatchSize), cancellation);
        foreach (double[] sum in sums.Values)
        {
            for (int c = 0; c < sum.Length; c++)
                sum[c] /= samples.Count;
        }

        return sums;
    }

    private static void AddChannels(double[] sums, float[] values, int count, int perSample)
    {
        int positions = perSample / sums.Length;
        for (int n = 0; n < count; n++)
        {
            for (int c = 0; c < sums.Length; c++)
            {
                double sum = 0;
                foreach (float value in values.AsSpan((n * perSample) + (c * positions), positions))
                    sum += value;
                sums[c] += sum / positions;
            }
        }
    }
}
