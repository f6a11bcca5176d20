using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Calibration;

/// <summary>
/// Ranges of activations without data: a BatchNormalization says what it was trained to give, mean beta and deviation
/// |gamma| per channel. These moments are followed through Relu, Clip, Add and pooling (the values taken as Gaussian); the
/// range is four deviations around the mean.
/// </summary>
internal static class NormalisationRanges
{
    private const double Deviations = 4;

    /// <summary>The largest magnitude expected of each value that follows from statistics.</summary>
    /// <param name="graph">The imported graph, with what its normalisations gave before they were folded away.</param>
    public static ImmutableDictionary<string, double> Of(Graph graph)
    {
        var known = new Dictionary<string, Moments>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            if (node.Outputs.Length == 0) continue;
            string output = node.Outputs[0];
            if (node.Op is "Conv" or "Gemm" or "Add" or "BatchNormalization"
                && graph.Normalised.TryGetValue(output, out ChannelMoments? recorded))
                known[output] = Moments.Of([.. recorded.Mean], [.. recorded.Deviation]);
            else if (Follow(graph, node, known) is { } moments) known[output] = moments;
        }

        return known.ToImmutableDictionary(k => k.Key, k => k.Value.Magnitude, StringComparer.Ordinal);
    }

    private static Moments? Follow(Graph graph, Node node, Dictionary<string, Moments> known)
    {
        if (!known.TryGetValue(node.Inputs[0], out Moments? x)) return null;
        switch (node.Op)
        {
            case "Relu":
                return x.Clamp(0, double.PositiveInfinity);
            case "Clip":
                return x.Clamp(Bound(graph, node, 1, double.NegativeInfinity), Bound(graph, node, 2, double.PositiveInfinity));
            case "Add":
                return known.TryGetValue(node.Inputs[1], out Moments? y) ? x.Plus(y) : null;
            case "MaxPool" or "AveragePool" or "GlobalAveragePool" or "GlobalMaxPool" or "Pad" or "Slice":
                return x;
            case "Flatten" or "Reshape" or "Transpose" or "Squeeze" or "Unsqueeze":
                return x.WithoutChannels();
            case "Concat":
                Moments?[] parts = [.. node.Inputs.Select(known.GetValueOrDefault)];
                return parts.All(p => p is not null) ? Moments.Join(parts!) : null;
            default:
                return null;
        }
    }

    private static double Bound(Graph graph, Node node, int index, double orElse) =>
        node.Inputs.Length > index && graph.Constants.TryGetValue(node.Inputs[index], out Tensor? t)
            && t is { Type: ElementType.Float32, Length: 1 } ? t.Span<float>()[0] : orElse;

    /// <summary>Mean, deviation and expected extremes of each channel.</summary>
    internal sealed record Moments(double[] Mean, double[] Deviation, double[] Low, double[] High)
    {
        public double Magnitude => Low.Concat(High).Max(Math.Abs);

        public static Moments Of(double[] mean, double[] deviation) => new(mean, deviation,
            [.. mean.Select((m, c) => m - (Deviations * deviation[c]))], [.. mean.Select((m, c) => m + (Deviations * deviation[c]))]);

        public static Moments Join(Moments[] parts) => new(
            [.. parts.SelectMany(p => p.Mean)], [.. parts.SelectMany(p => p.Deviation)], [.. parts.SelectMany(p => p.Low)],
            [.. parts.SelectMany(p => p.High)]);

        public Moments WithoutChannels() => new([Mean.Average()], [Deviation.Max()], [Low.Min()], [High.Max()]);

        public Moments? Plus(Moments other)
        {
            if (Mean.Length != other.Mean.Length) return null;
            Moments sum = Of(
                [.. Mean.Zip(other.Mean, (a, b) => a + b)], [.. Deviation.Zip(other.Deviation, (a, b) => Math.Sqrt((a * a) + (b * b)))]);
            // Never beyond what the summands can be.
            return sum with
            {
                Low = [.. sum.Low.Select((v, c) => Math.Max(v, Low[c] + other.Low[c]))],
                High = [.. sum.High.Select((v, c) => Math.Min(v, High[c] + other.High[c]))],
            };
        }

        /// <summary>Moments of a Gaussian clamped from below; clamping from above only limits the extremes.</summary>
        public Moments Clamp(double low, double high)
        {
            double[] mean = [.. Mean], deviation = [.. Deviation];
            if (double.IsFinite(low))
            {
                for (int c = 0; c < mean.Length; c++)
                {
                    if (deviation[c] <= 0)
                    {
                        mean[c] = Math.Max(mean[c], low);
                        continue;
                    }

                    double z = (mean[c] - low) / deviation[c], density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI), share = Share(z);
                    double first = deviation[c] * ((z * share) + density),
                        second = deviation[c] * deviation[c] * ((((z * z) + 1) * share) + (z * density));
                    (mean[c], deviation[c]) = (low + first, Math.Sqrt(Math.Max(0, second - (first * first))));
                }
            }

            return new Moments(
                mean, deviation, [.. Low.Select(v => Math.Clamp(v, low, high))], [.. High.Select(v => Math.Clamp(v, low, high))]);
        }

        /// <summary>The standard normal distribution function, to 1e-7 (Abramowitz and Stegun 26.2.17).</summary>
        private static double Share(double z)
        {
            double t = 1 / (1 + (0.2316419 * Math.Abs(z)));
            double tail = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI)
                * t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
            return z >= 0 ? 1 - tail : tail;
        }
    }
}
