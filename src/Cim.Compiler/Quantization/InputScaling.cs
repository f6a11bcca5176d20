using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Runtime.Crossbar;

namespace Cim.Compiler.Quantization;

/// <summary>
/// Afterwards channels much larger than the others no longer decide the step of what a layer reads: they are divided in
/// front of it and its weights multiplied by the same (SmoothQuant, arXiv 2211.10438, equations 3 and 4, at a strength that is chosen
/// by the error of the layers' outputs). The network computes the same function; the other readers of the value, such as the residual
/// stream of a transformer, read it as it was.
/// </summary>
internal static class InputScaling
{
    private const int Batch = 16, Samples = 128, MaxExponent = 10;

    /// <summary>Error with scaled channels, as a share of the error without, that is worth a multiplication of each channel.</summary>
    private const double WorthIt = 0.5;

    /// <summary>How much of the difference between channels moves into the weights.</summary>
    private static readonly double[] _strengths = [0.4, 0.55, 0.7, 0.85, 1];

    /// <summary>Parts of the largest magnitude that are tried as the range.</summary>
    private static readonly double[] _ranges = [1, 0.7, 0.45];

    /// <summary>2^(i / 8).</summary>
    private static readonly double[] _eighths =
        [1, 1.0905077326652577, 1.189207115002721, 1.2968395546510096, 1.4142135623730951, 1.5422108254079408, 1.681792830507429,
            1.8340080864093424];

    /// <summary>Scales the inputs of layers where their outputs become better by it.</summary>
    /// <param name="graph">A float network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="data">Samples.</param>
    /// <param name="weightBits">Width of the weights at which errors are compared.</param>
    /// <param name="activationBits">Width of the inputs at which errors are compared.</param>
    /// <param name="cancellation">Checked between runs.</param>
    /// <returns>The network, and the layers whose inputs are scaled.</returns>
    public static (Graph Graph, ImmutableArray<string> Layers) Run(
        Graph graph, GraphInput input, CalibrationData data, int weightBits, int activationBits, CancellationToken cancellation)
    {
        ImmutableArray<ScalableInput> found = ScalableInput.Find(graph);
        if (found.IsEmpty) return (graph, []);
        var nonNegative = new NonNegativeValues(new GraphTopology(graph));
        var scaled = ImmutableArray.CreateBuilder<string>();
        Graph result = graph;
        int samples = Math.Min(Samples, GraphMemory.Samples(graph));
        using var network = new StagedExecutor(graph, input, data.Spread(input, samples), Batch, samples);
        foreach (ScalableInput candidate in found)
        {
            cancellation.ThrowIfCancellationRequested();
            network.Compute([.. candidate.Layers.SelectMany(l => new[] { l.Input, l.Output })], cancellation);
            ImmutableArray<OutputProbe> probes =
            [
                .. candidate.Layers.Select(l => OutputProbes.Probe(l, network)),
            ];
            bool isSigned = !nonNegative.Contains(candidate.Layers[0].Input);
            float[] divisors = Choose(
                candidate, probes, OutputProbes.ChannelMagnitudes(candidate.Layers[0], network), isSigned, (weightBits, activationBits));
            if (divisors.Length == 0) continue;
            result = candidate.Scale(result, divisors);
            scaled.AddRange(candidate.Layers.Select(l => l.NodeName));
        }

        return (result, scaled.ToImmutable());
    }

    /// <summary>The divisors worth it; empty if none are.</summary>
    private static float[] Choose(
        ScalableInput input, ImmutableArray<OutputProbe> probes, float[] activations, bool isSigned, (int Weights, int Activations) bits)
    {
        float[] weights = Largest(probes.Select(p => p.RowWeights()));
        int levels = isSigned ? (1 << (bits.Activations - 1)) - 1 : (1 << bits.Activations) - 1;
        double least = WorthIt * Error([]);
        float[] best = [];
        foreach (double strength in _strengths)
        {
            float[] divisors = Divisors(activations, weights, strength);
            double error = Error(divisors);
            if (error < least) (best, least) = (divisors, error);
        }

        return best;

        // The best of a few clipped ranges, so that scaling is not preferred for what a range could do.
        double Error(float[] divisors)
        {
            float magnitude = divisors.Length == 0 ? activations.Max() : activations.Zip(divisors, (a, d) => a / d).Max();
            if (magnitude == 0) return 0;
            float[][] rounded = [.. probes.Select(p => p.Weights(divisors, bits.Weights))];
            return _ranges.Min(range =>
            {
                var quantizer = new QuantizationParameters((float)(magnitude * range / levels), 0, bits.Activations, isSigned);
                return probes.Select((p, i) => p.Error(quantizer, rounded[i], divisors)).Sum();
            });
        }
    }

    /// <summary>a^strength / w^(1 - strength) of each channel, around 1.</summary>
    private static float[] Divisors(float[] activations, float[] weights, double strength)
    {
        double[] wanted =
        [
            .. activations.Zip(weights, (a, w) =>
                a > 0 && w > 0 ? (strength * Math.Log2(a)) - ((1 - strength) * Math.Log2(w)) : double.NaN),
        ];
        double mean = wanted.Where(double.IsFinite).DefaultIfEmpty(0).Average();
        return [.. wanted.Select(e => double.IsFinite(e) ? PowerOfTwo(Math.Clamp(e - mean, -MaxExponent, MaxExponent)) : 1)];
    }

    /// <summary>2^exponent, the exponent rounded to eighths, with the same bits on every processor.</summary>
    private static float PowerOfTwo(double exponent)
    {
        int eighths = (int)Math.Round(8 * exponent), whole = eighths >> 3;
        return (float)Math.ScaleB(_eighths[eighths & 7], whole);
    }

    private static float[] Largest(IEnumerable<float[]> all) =>
        all.Aggregate((a, b) => [.. a.Zip(b, Math.Max)]);
}
