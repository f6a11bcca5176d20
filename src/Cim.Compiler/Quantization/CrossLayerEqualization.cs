using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Quantization;

/// <summary>
/// Cross-layer equalization (Nagel et al., arXiv 1906.04721, section 4.1) for weights that have a scale per output: where the
/// outputs of a layer reach one other layer, and nothing else, through operators that commute with a positive factor (Relu,
/// pooling, reshapes), each channel is divided by s before and multiplied by s after. A per-output scale takes up any s on the
/// first side, so s = sqrt(a / r) weighs instead what both quantizers of the second layer see: a, the largest activation of
/// the channel, against r, its largest weight in units of its output's scale. Factors are powers of two: the network computes the same
/// numbers bit for bit.
/// </summary>
internal static class CrossLayerEqualization
{
    private const int Batch = 16, Samples = 256, MaxExponent = 6;

    /// <summary>The network with its channels equalized, and how many pairs of layers were.</summary>
    /// <param name="graph">A float network; layers it brings quantized are left alone.</param>
    /// <param name="input">Its input.</param>
    /// <param name="data">Samples on which activations are measured.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public static (Graph Graph, int Pairs) Run(Graph graph, GraphInput input, CalibrationData data, CancellationToken cancellation)
    {
        ImmutableArray<ChannelPair> pairs = ChannelPair.Find(graph);
        if (pairs.IsEmpty) return (graph, 0);
        float[][] activations = Magnitudes(graph, input, data, pairs, cancellation);
        var constants = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        for (int p = 0; p < pairs.Length; p++)
        {
            int[] exponents = Exponents(pairs[p], activations[p]);
            pairs[p].Scale(name => constants.TryGetValue(name, out Tensor? changed)
                ? changed
                : graph.Constants[name], exponents, (name, t) => constants[name] = t);
        }

        return (graph with { Constants = graph.Constants.SetItems(constants) }, pairs.Length);
    }

    /// <summary>log2 of s for each channel: around zero, because a factor of all channels changes nothing.</summary>
    private static int[] Exponents(ChannelPair pair, float[] activations)
    {
        float[] weights = pair.SecondMagnitudes();
        double[] wanted = [.. activations.Zip(weights, (a, r) => a > 0 && r > 0 ? 0.5 * Math.Log2(a / r) : double.NaN)];
        double mean = wanted.Where(double.IsFinite).DefaultIfEmpty(0).Average();
        return [.. wanted.Select(e => double.IsFinite(e) ? (int)Math.Clamp(Math.Round(e - mean), -MaxExponent, MaxExponent) : 0)];
    }

    /// <summary>The largest magnitude of each channel of each first layer's outputs as the second reads them.</summary>
    private static float[][] Magnitudes(
        Graph graph, GraphInput input, CalibrationData data, ImmutableArray<ChannelPair> pairs, CancellationToken cancellation)
    {
        string[] values = [.. pairs.Select(p => p.Second.Input)];
        float[][] largest = [.. pairs.Select(p => new float[p.First.Outputs])];
        using OnnxSession session = GraphSession.Open(GraphSlice.Of(graph, values, input.Has), cancellation);
        foreach (SampleRun run in data.Runs(input, GraphMemory.Batch(graph, values, Batch), Samples))
        {
            cancellation.ThrowIfCancellationRequested();
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, values);
            for (int p = 0; p < pairs.Length; p++)
            {
                ReadOnlySpan<float> all = results[p].GetTensorDataAsSpan<float>();
                int channels = largest[p].Length, positions = all.Length / (run.Count * channels);
                for (int i = 0; i < all.Length; i += positions)
                {
                    int channel = i / positions % channels;
                    foreach (float value in all.Slice(i, positions)) largest[p][channel] = Math.Max(largest[p][channel], Math.Abs(value));
                }
            }
        }

        return largest;
    }
}
