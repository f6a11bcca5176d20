using Cim.Runtime.RandomNumbers;
using Cim.Training.Data;
using Cim.Training.Engine;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Objective = Cim.Training.Losses.Objective;

namespace Cim.Compiler.Sensitivity;

/// <summary>What the loss says about each weight of a tensor, in the tensor's order.</summary>
/// <param name="Hessian">Estimate of the Hessian's diagonal.</param>
/// <param name="Fisher">Diagonal of the empirical Fisher matrix: the mean square of one sample's gradient.</param>
/// <param name="Gradient">Gradient of the mean loss.</param>
internal sealed record WeightCurvature(double[] Hessian, double[] Fisher, double[] Gradient);

/// <summary>
/// Derivatives of the loss by weights. The Hessian's diagonal is Hutchinson's estimate, E[v * Hv] with v of random signs; the
/// product Hv is the difference of the gradients at w + e v and w - e v over 2 e. Each tensor has its own e (a share of its weights' root
/// mean square), which the division by it undoes.
/// </summary>
internal static class CurvatureEstimate
{
    private const double Step = 1e-2;
    private const int MaxBatch = 64, FisherSamples = 128;

    /// <summary>Measures the weights of a network; it is left as it was.</summary>
    /// <param name="network">The network.</param>
    /// <param name="weights">The tensors.</param>
    /// <param name="objective">The loss, a mean over samples.</param>
    /// <param name="samples">Samples and their targets.</param>
    /// <param name="probes">Random vectors; the standard error of a trace falls with their root.</param>
    /// <param name="cancellation">Checked between batches.</param>
    public static IReadOnlyList<WeightCurvature> Measure(
        TrainableNetwork network, IReadOnlyList<Parameter> weights, Objective objective, LossSamples samples, CurvatureProbes probes,
        CancellationToken cancellation)
    {
        int batch = Math.Min(MaxBatch, samples.Set.Count);
        using var engine = new OrtGradientEngine(new GradientRequest(network, objective, batch) { Trained = weights, Parts = 1 });
        double[][] gradient = Gradient(engine, network, samples, cancellation);
        double[][] hessian = [.. weights.Select(w => new double[w.Values.Length])];
        float[][] kept = [.. weights.Select(w => w.Values.ToArray())];
        double[] step = [.. weights.Select(w => Step * Math.Max(Math.Sqrt(w.Values.Average(v => (double)v * v)), 1e-6))];
        int taken = 0;
        for (int probe = 0; probe < probes.Count && (probe == 0 || !probes.Clock.IsOver); probe++, taken++)
        {
            float[][] signs = [
                .. weights.Select((w, i) => Signs(w.Values.Length, new SplitMix(probes.Seed ^ ((ulong)(uint)probe << 32) ^ (uint)i)))];
            double[][] above = At(1, signs), below = At(-1, signs);
            for (int i = 0; i < weights.Count; i++)
                for (int k = 0; k < hessian[i].Length; k++)
                    hessian[i][k] += signs[i][k] * (above[i][k] - below[i][k]) / (2 * step[i]);
        }

        foreach (double[] sum in hessian)
            for (int k = 0; k < sum.Length; k++) sum[k] /= Math.Max(1, taken);
        for (int i = 0; i < weights.Count; i++) kept[i].CopyTo(weights[i].Values, 0);
        double[][] fisher = Fisher(network, weights, samples, objective, cancellation);
        return [.. weights.Select((_, i) => new WeightCurvature(hessian[i], fisher[i], gradient[i]))];

        double[][] At(int direction, float[][] signs)
        {
            for (int i = 0; i < weights.Count; i++)
                for (int k = 0; k < kept[i].Length; k++) weights[i].Values[k] = (float)(kept[i][k] + (direction * step[i] * signs[i][k]));
            return Gradient(engine, network, samples, cancellation);
        }
    }

    /// <summary>The mean gradient over all whole batches.</summary>
    private static double[][] Gradient(
        IGradientEngine engine, TrainableNetwork network, LossSamples samples, CancellationToken cancellation)
    {
        double[][] sum = [.. engine.Parameters.Select(p => new double[p.Values.Length])];
        int batches = samples.Set.Count / engine.BatchSize;
        for (int b = 0; b < batches; b++)
        {
            cancellation.ThrowIfCancellationRequested();
            Run(engine, network, samples, b * engine.BatchSize);
            for (int i = 0; i < sum.Length; i++)
                for (int k = 0; k < sum[i].Length; k++) sum[i][k] += engine.Gradients[i][k] / batches;
        }

        return sum;
    }

    private static double[][] Fisher(
        TrainableNetwork network, IReadOnlyList<Parameter> weights, LossSamples samples, Objective objective,
        CancellationToken cancellation)
    {
        using var single = new OrtGradientEngine(new GradientRequest(network, objective, 1) { Trained = weights, Parts = 1 });
        double[][] sum = [.. weights.Select(w => new double[w.Values.Length])];
        int count = Math.Min(FisherSamples, samples.Set.Count);
        for (int s = 0; s < count; s++)
        {
            cancellation.ThrowIfCancellationRequested();
            Run(single, network, samples, s);
            for (int i = 0; i < sum.Length; i++)
                for (int k = 0; k < sum[i].Length; k++) sum[i][k] += (double)single.Gradients[i][k] * single.Gradients[i][k] / count;
        }

        return sum;
    }

    private static void Run(IGradientEngine engine, TrainableNetwork network, LossSamples samples, int first)
    {
        (SampleSet set, float[] targets) = samples;
        int outputs = targets.Length / set.Count;
        engine.Run(new Dictionary<string, float[]>(StringComparer.Ordinal)
        {
            [network.InputName] = set.Values.AsSpan(first * set.Elements, engine.BatchSize * set.Elements).ToArray(),
            [Objective.Targets] = targets.AsSpan(first * outputs, engine.BatchSize * outputs).ToArray(),
        });
    }

    private static float[] Signs(int count, SplitMix random)
    {
        float[] signs = new float[count];
        for (int i = 0; i < count; i++) signs[i] = (random.NextBits() & 1) == 0 ? 1 : -1;
        return signs;
    }
}
