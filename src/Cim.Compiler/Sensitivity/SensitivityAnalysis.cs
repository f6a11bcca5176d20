using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Quantization;
using Cim.Compiler.Statistics;
using Cim.Training.Data;
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
    /// <param name="graph">The float network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="data">Samples: quantizers are fitted on a third, the rest measures.</param>
    /// <param name="samples">Of the rest, at most so many for the derivatives.</param>
    /// <param name="probes">Random vectors for the Hessian.</param>
    /// <param name="seed">Of these.</param>
    /// <param name="clock">When it is over, layers not measured yet are left out; one is always measured.</param>
    /// <param name="progress">One line a step.</param>
    /// <param name="cancellation">Checked throughout.</param>
    public static SensitivityReport Run(
        Graph graph, GraphInput input, SearchData data, int samples, int probes, ulong seed, SearchClock clock, IProgress<string>? progress,
        CancellationToken cancellation)
    {
        ImmutableArray<ActivationGroup> groups = ActivationGroups.Find(graph, MvmLayers.Find(graph));
        HashSet<string> grouped = [.. groups.SelectMany(g => g.Layers)];
        ImmutableArray<MvmLayer> layers = [.. MvmLayers.Find(graph).Where(l => l.WeightDequantize is null && grouped.Contains(l.NodeName))];

        progress?.Report("derivatives of the loss by the weights");
        TrainableNetwork network = TrainableNetwork.FromOnnx(OnnxExporter.Export(graph));
        Parameter[] weights = [.. layers.Select(l => network[graph.Nodes.First(n => n.Name == l.NodeName).Inputs[1]])];
        (SampleSet set, float[] targets, int used) = Samples(network, input, data, samples);
        IReadOnlyList<WeightCurvature> curvature = CurvatureEstimate.Measure(
            network, weights, set, new CrossEntropy(), targets, probes, seed, clock, cancellation);

        using var measured = new PolicyNetwork(graph, input, data, layers, groups,
            layers.ToDictionary(l => l.NodeName, _ => _bits, StringComparer.Ordinal), new QuantizerOptions(), cancellation);
        var result = ImmutableArray.CreateBuilder<LayerSensitivity>();
        for (int l = 0; l < layers.Length && (l == 0 || !clock.IsOver); l++)
        {
            progress?.Report($"measuring layer {l + 1} of {layers.Length}: {layers[l].NodeName}");
            string op = graph.Nodes.First(n => n.Name == layers[l].NodeName).Op;
            var widths = ImmutableArray.CreateBuilder<WidthSensitivity>();
            foreach (int bits in _bits)
            {
                Distance distance = measured.Measure(i => i == l ? bits : 0, _ => 0, int.MaxValue, cancellation);
                widths.Add(Estimate(bits, distance, weights[l], op, curvature[l]));
            }

            result.Add(Describe(layers[l].NodeName, weights[l], op, curvature[l], widths.ToImmutable()));
        }

        return new SensitivityReport(used, probes, result.ToImmutable(), Compare(result)) { LayersLeftOut = layers.Length - result.Count };
    }

    /// <summary>Whole batches only; without labels the float network's own classes.</summary>
    public static (
        SampleSet Set, float[] Targets, int Used) Samples(TrainableNetwork network, GraphInput input, SearchData data, int samples)
    {
        int count = Math.Min(samples, data.Validation.Count);
        int used = count <= 64 ? count : count / 64 * 64;
        float[] values = data.Validation.Values[..(used * input.SampleElements)];
        var set = new SampleSet(values, network.SampleShape, null);
        using var predictor = new Predictor(network, Math.Min(64, used), parts: 1);
        float[] scores = predictor.Predict(set);
        int classes = scores.Length / used;
        float[] targets = new float[scores.Length];
        // One output has no other class to be told from: there are no derivatives, and what is measured decides.
        for (int i = 0; i < used; i++)
            targets[(i * classes) + (
                classes == 1 ? 0 : data.Labels.IsDefault ? Accuracy.ArgMax(scores.AsSpan(i * classes, classes)) : data.Labels[i])] = 1;
        return (set, targets, used);
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
        return new LayerSensitivity(name, weights.Values.Length, curvature.Hessian.Sum(), curvature.Fisher.Sum(), product,
            Hap([.. Enumerable.Range(0, weights.Values.Length)]), widths, [.. perChannel], [.. perStrip]);

        double Hap(int[] indices)
        {
            (double trace, double norm) = (0, 0);
            foreach (int i in indices)
                (trace, norm) = (trace + curvature.Hessian[i], norm + ((double)weights.Values[i] * weights.Values[i]));
            return 0.5 * trace / indices.Length * norm;
        }
    }

    /// <summary>Output channel by output channel, the weights at each place of the kernel. A matrix has one place.</summary>
    private static IEnumerable<(int Channel, int[] Indices)> Strips(Parameter weights, string op)
    {
        long[] dims = weights.Dims;
        if (op == "MatMul") // [rows, outputs]
        {
            for (int o = 0; o < dims[^1]; o++)
                yield return (o, [.. Enumerable.Range(0, (int)dims[0]).Select(r => (r * (int)dims[^1]) + o)]);
            yield break;
        }

        int places = (int)dims.Skip(2).Aggregate(1L, (a, b) => a * b), inputs = (int)dims[1];
        for (int o = 0; o < dims[0]; o++)
            for (int p = 0; p < places; p++)
                yield return (o, [.. Enumerable.Range(0, inputs).Select(c => (((o * inputs) + c) * places) + p)]);
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
