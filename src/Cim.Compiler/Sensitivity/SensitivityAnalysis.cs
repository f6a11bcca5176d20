using System.Collections.Immutable;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Statistics;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Ort;

namespace Cim.Compiler.Sensitivity;

/// <summary>Estimates and measures what quantizing the weights of each layer does, and compares the estimates with the
/// measurements.</summary>
internal static class SensitivityAnalysis
{
    private static readonly int[] _bits = [2, 3, 4, 5, 6, 7, 8];

    /// <summary>Analyses a network.</summary>
    /// <param name="source">The float network; quantizers are fitted on a third of its samples, the rest measures.</param>
    /// <param name="samples">Of the rest, at most so many for the derivatives.</param>
    /// <param name="probes">Random vectors for the Hessian; when their clock is over, layers not measured yet are left out, but for the
    /// first.</param>
    /// <param name="progress">One line a step.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public static SensitivityReport Run(
        SampledNetwork source, int samples, CurvatureProbes probes, IProgress<string>? progress, CancellationToken cancellation)
    {
        Graph graph = source.Graph;
        QuantizableLayers quantizable = QuantizableLayers.Of(graph);
        ImmutableArray<MvmLayer> layers = quantizable.Layers;

        progress?.Report("Derivatives of the loss by the weights");
        TrainableNetwork network = TrainableNetwork.FromOnnx(OnnxExporter.Export(graph));
        Parameter[] weights = [.. layers.Select(l => network[graph.Nodes.First(n => n.Name == l.NodeName).Inputs[1]])];
        LossSamples used = LossSamples.Of(network, source, samples);
        IReadOnlyList<WeightCurvature> curvature = CurvatureEstimate.Measure(
            network, weights, new CrossEntropy(), used, probes, cancellation);

        using var measured = new PolicyNetwork(source, quantizable, [.. layers.Select(_ => _bits)], cancellation);
        var result = ImmutableArray.CreateBuilder<LayerSensitivity>();
        for (int l = 0; l < layers.Length && (l == 0 || !probes.Clock.IsOver); l++)
        {
            progress?.Report($"Measuring layer {l + 1} of {layers.Length}: {layers[l].NodeName}");
            string op = graph.Nodes.First(n => n.Name == layers[l].NodeName).Op;
            var widths = ImmutableArray.CreateBuilder<WidthSensitivity>();
            foreach (int bits in _bits)
            {
                Distance distance = measured.Measure(i => i == l ? bits : 0, _ => 0, int.MaxValue, cancellation);
                widths.Add(Estimate(bits, distance, weights[l], op, curvature[l]));
            }

            result.Add(Describe(layers[l].NodeName, weights[l], op, curvature[l], widths.ToImmutable()));
        }

        return new SensitivityReport(used.Set.Count, probes.Count, result.ToImmutable(), Compare(result))
        {
            LayersLeftOut = layers.Length - result.Count,
        };
    }

    /// <summary>The estimates of one width of one layer.</summary>
    public static WidthSensitivity Estimate(int bits, Distance distance, Parameter weights, string op, WeightCurvature curvature)
    {
        (double squares, double product) = (0, 0);
        foreach ((int[] indices, _) in Strips(weights, op).GroupBy(s => s.Channel).Select(g => (g.SelectMany(s => s.Indices).ToArray(), 0)))
        {
            // Symmetric, one scale for each output channel.
            double scale = bits == 1
                ? indices.Average(i => Math.Abs((double)weights.Values[i]))
                : indices.Max(i => Math.Abs((double)weights.Values[i])) / ((1 << (bits - 1)) - 1);
            foreach (int i in indices)
            {
                double code = bits == 1 ? (weights.Values[i] < 0 ? -1 : 1) : Math.Round(weights.Values[i] / scale);
                double change = scale == 0 ? 0 : (code * scale) - weights.Values[i];
                (squares, product) = (squares + (change * change), product + Math.Abs(curvature.Gradient[i] * change));
            }
        }

        double count = weights.Values.Length;
        return new WidthSensitivity(bits, distance.Divergence, distance.LossPoints,
            0.5 * Math.Max(0, curvature.Hessian.Sum()) / count * squares, 0.5 * curvature.Fisher.Sum() / count * squares, product);
    }

    private static LayerSensitivity Describe(
        string name, Parameter weights, string op, WeightCurvature curvature, ImmutableArray<WidthSensitivity> widths)
    {
        (int Channel, int[] Indices)[] strips = [.. Strips(weights, op)];
        double[] perStrip = [.. strips.Select(s => Hap(s.Indices))];
        double[] perChannel = [.. strips.GroupBy(s => s.Channel).Select(g => Hap([.. g.SelectMany(s => s.Indices)]))];
        double product = 0;
        for (int i = 0; i < weights.Values.Length; i++) product += Math.Abs(curvature.Gradient[i] * weights.Values[i]);
        return new LayerSensitivity
        {
            Name = name,
            Weights = weights.Values.Length,
            HessianTrace = curvature.Hessian.Sum(),
            FisherTrace = curvature.Fisher.Sum(),
            GradientTimesWeight = product,
            Hap = Hap([.. Enumerable.Range(0, weights.Values.Length)]),
            Widths = widths,
            Channels = [.. perChannel],
            Strips = [.. perStrip],
        };

        double Hap(int[] indices)
        {
            (double trace, double norm) = (0, 0);
            foreach (int i in indices)
                (trace, norm) = (trace + curvature.Hessian[i], norm + ((double)weights.Values[i] * weights.Values[i]));
            return 0.5 * trace / indices.Length * norm;
        }
    }

    /// <summary>Output channel by output channel, the weights at each kernel position. A matrix has one position.</summary>
    private static IEnumerable<(int Channel, int[] Indices)> Strips(Parameter weights, string op)
    {
        long[] dims = weights.Dims;
        if (op == "MatMul") // [rows, outputs]
        {
            for (int o = 0; o < dims[^1]; o++)
                yield return (o, [.. Enumerable.Range(0, (int)dims[0]).Select(r => (r * (int)dims[^1]) + o)]);
            yield break;
        }

        int positions = (int)dims.Skip(2).Aggregate(1L, (a, b) => a * b), inputs = (int)dims[1];
        for (int o = 0; o < dims[0]; o++)
            for (int p = 0; p < positions; p++)
                yield return (o, [.. Enumerable.Range(0, inputs).Select(c => (((o * inputs) + c) * positions) + p)]);
    }

    private static ImmutableArray<ProxyQuality> Compare(IReadOnlyList<LayerSensitivity> layers)
    {
        WidthSensitivity[] all = [.. layers.SelectMany(l => l.Widths)];
        double[] divergence = [.. all.Select(w => w.Divergence)], loss = [.. all.Select(w => w.LossPoints)];
        (string Name, double[] Values)[] proxies =
        [
            ("measured divergence", divergence),
            ("hessian", [.. all.Select(w => w.Hessian)]),
            ("fisher", [.. all.Select(w => w.Fisher)]),
            ("gradient times weight", [.. all.Select(w => w.GradientTimesWeight)]),
        ];
        return
        [
            .. proxies.Select(
                p => new ProxyQuality(p.Name, RankCorrelation.Spearman(p.Values, divergence), RankCorrelation.Spearman(p.Values, loss)))
                .OrderByDescending(q => double.IsNaN(q.WithLoss) ? -2 : q.WithLoss),
        ];
    }
}
