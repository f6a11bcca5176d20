using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Evaluation.Candidates;
using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Statistics;
using Cim.Runtime;
using Cim.Training.Losses;
using Cim.Training.Networks;

namespace Cim.Compiler.Sensitivity;

/// <summary>
/// Which estimate of the loss increase by narrow weights a search follows: of the measured divergence (on few samples), the Hessian, the
/// Fisher information and gradient x weight the one that orders the narrowest widths of the layers most like the loss measured on many.
/// Networks differ in this, so every search finds out for its own.
/// </summary>
/// <param name="Name">The estimate chosen.</param>
/// <param name="Proxies">How well each does, best first; empty if that was not measured.</param>
/// <param name="Weights">[layer][bits] of the chosen one, in units of divergence.</param>
internal sealed record ProxySelection(
    string Name, ImmutableArray<ProxyQuality> Proxies, ImmutableArray<ImmutableSortedDictionary<int, double>> Weights)
{
    /// <summary>The estimate where no other is better.</summary>
    public const string MeasuredDivergence = "measured divergence";

    private const int DerivativeSamples = 128, Probes = 4, SamplesOfLoss = 512, NarrowWidths = 2, MinPairs = 4;

    /// <summary>Chooses; the measured divergence if nothing can be compared: no gradients, too few layers, or no time.</summary>
    /// <param name="network">The network whose widths can be set.</param>
    /// <param name="measured">The measured divergences.</param>
    /// <param name="weightBits">Widths of each layer.</param>
    /// <param name="settings">Seed, clock and memory.</param>
    /// <param name="progress">Reports the choice.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public static ProxySelection Make(
        PolicyNetwork network, MeasuredSensitivity measured, IReadOnlyList<int[]> weightBits, ProxySettings settings,
        IProgress<string>? progress, CancellationToken cancellation)
    {
        var divergence = new ProxySelection(MeasuredDivergence, [], measured.Weights);
        (int Layer, int Bits)[] pairs = [
            .. weightBits.SelectMany((bits, l) => bits.Order().SkipLast(1).Take(NarrowWidths).Select(b => (l, b)))];
        GraphInput input = network.Source.Input;
        if (pairs.Length < MinPairs || pairs.Any(p => !measured.Weights[p.Layer].ContainsKey(p.Bits)) || input.Ports.Length != 1
            || input.FixedBatch > 1)
            return divergence;
        string key = string.Create(
            CultureInfo.InvariantCulture, $"{string.Join(' ', weightBits.Select(b => string.Join(',', b)))} seed={settings.Seed}");
        if (settings.Store?.Selection(key) is { } known) return Report(known, progress);
        if (settings.Clock.IsOver
            || Estimates(network, weightBits, settings, progress, cancellation) is not { } estimates)
            return divergence;

        var loss = new List<double>();
        foreach ((int layer, int bits) in pairs)
        {
            if (settings.Clock.IsOver) return divergence;
            loss.Add(network.Measure(l => l == layer ? bits : 0, _ => 0, SamplesOfLoss, cancellation).LossPoints);
        }

        (string Name, Func<int, int, double> Of)[] proxies =
        [
            (MeasuredDivergence, (l, b) => measured.Weights[l][b]),
            ("hessian", (l, b) => estimates[l][b].Hessian),
            ("fisher", (l, b) => estimates[l][b].Fisher),
            ("gradient times weight", (l, b) => estimates[l][b].GradientTimesWeight),
        ];
        double[] reference = [.. pairs.Select(p => measured.Weights[p.Layer][p.Bits])];
        // Stable: of equals the first, so the divergence where nothing is known to be better.
        ImmutableArray<ProxyQuality> qualities =
        [
            .. proxies.Select(p => pairs.Select(x => p.Of(x.Layer, x.Bits)).ToArray()).Zip(proxies, (values, p) => new ProxyQuality(
                p.Name, RankCorrelation.Spearman(values, reference), RankCorrelation.Spearman(values, loss)))
                    .OrderByDescending(q => double.IsNaN(q.WithLoss) ? -2 : q.WithLoss),
        ];
        ProxySelection selection = divergence with { Proxies = qualities };
        if (!double.IsNaN(qualities[0].WithLoss) && qualities[0].Proxy != MeasuredDivergence)
        {
            Func<int, int, double> best = proxies.First(p => p.Name == qualities[0].Proxy).Of;
            double scale = Scale([.. pairs.Select(p => best(p.Layer, p.Bits))], reference);
            selection = selection with
            {
                Name = qualities[0].Proxy,
                Weights = [.. weightBits.Select((bits, l) => bits.ToImmutableSortedDictionary(b => b, b => scale * best(l, b)))],
            };
        }

        settings.Store?.Store(key, selection);
        return Report(selection, progress);
    }

    private static ProxySelection Report(ProxySelection selection, IProgress<string>? progress)
    {
        string correlations = string.Join(", ", selection.Proxies.Select(q => FormattableString.Invariant($"{q.Proxy} {q.WithLoss:F2}")));
        progress?.Report($"The estimate that orders widths most like the loss is {selection.Name}: rank correlation {correlations}");
        return selection;
    }

    /// <summary>The factor that brings an estimate to the size of the divergences: a geometric mean of ratios.</summary>
    private static double Scale(double[] estimate, double[] divergence)
    {
        double[] ratios = [.. estimate.Zip(divergence).Where(p => p.First > 0 && p.Second > 0).Select(p => Math.Log(p.Second / p.First))];
        return ratios.Length == 0 ? 1 : Math.Exp(ratios.Average());
    }

    /// <summary>[layer][bits]; null if the network cannot be differentiated or time was over.</summary>
    private static Dictionary<int, WidthSensitivity>[]? Estimates(
        PolicyNetwork network, IReadOnlyList<int[]> weightBits, ProxySettings settings, IProgress<string>? progress,
        CancellationToken cancellation)
    {
        progress?.Report("Derivatives of the loss by the weights");
        try
        {
            TrainableNetwork trainable = TrainableNetwork.FromOnnx(OnnxExporter.Export(network.Source.Graph));
            Parameter?[] weights = [.. network.Layers.Select(l => trainable.Find(l.WeightName))];
            if (weights.Any(w => w is null) || weights.Distinct().Count() < weights.Length) return null;
            LossSamples samples = LossSamples.Of(trainable, network.Source, DerivativeSamples);
            IReadOnlyList<WeightCurvature> curvature = CurvatureEstimate.Measure(
                trainable, weights!, new CrossEntropy(), samples, new CurvatureProbes(Probes, settings.Seed, settings.Clock), cancellation);
            return settings.Clock.IsOver ? null : [.. network.Layers.Select((l, i) => weightBits[i].ToDictionary(
                b => b, b => SensitivityAnalysis.Estimate(b, default, weights[i]!, l.Op, curvature[i])))];
        }
        catch (CimException)
        {
            return null; // No gradients for an operator: the measured divergence serves every network.
        }
    }
}
