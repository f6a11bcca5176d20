using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.RandomNumbers;
using Cim.Training.Engine;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Sensitivity;

/// <summary>
/// The diagonal of the Fisher information, weight by weight: the mean square of the gradient of -log p(y|x) over samples x and
/// classes y drawn from the network's own prediction. It is the expected Hessian of the divergence from the network itself,
/// so 1/2 sum F d^2 estimates the divergence an error d of the weights causes (second order, off-diagonal terms left out).
/// The prediction is softened, p = softmax(z / T) with the T that distillation trains with: a network is sure of the samples it was
/// trained on, so that without it almost all of the information comes from the few it is not sure of.
/// </summary>
internal static class WeightFisher
{
    /// <summary>Samples taken, at most; each is one forward and one backward run.</summary>
    public const int Samples = 128;

    /// <summary>T; the divergence at T is scaled by T^2, as in distillation.</summary>
    public const double Temperature = 4;

    /// <summary>For each layer by name [outputs, rows]; null if the network cannot be differentiated or gives no classes.</summary>
    public static Dictionary<string, float[]>? Measure(
        Graph graph, GraphInput input, CalibrationData data, ImmutableArray<MvmLayer> layers, ulong seed, IProgress<string>? progress,
        CancellationToken cancellation)
    {
        if (input.Ports.Length != 1 || input.FixedBatch > 1) return null;
        TrainableNetwork network;
        OrtGradientEngine engine;
        try
        {
            network = TrainableNetwork.FromOnnx(OnnxExporter.Export(graph));
            Parameter[] trained = [.. layers.Select(l => network.Find(l.WeightName)).OfType<Parameter>().Distinct()];
            if (trained.Length == 0) return null;
            engine = new OrtGradientEngine(new GradientRequest(network, new CrossEntropy(Temperature), 1) { Trained = trained });
        }
        catch (CimException)
        {
            return null;
        }

        using (engine)
        {
            progress?.Report($"Fisher information of {engine.Parameters.Sum(p => (long)p.Values.Length)} weights");
            double[][] sums = [.. engine.Parameters.Select(p => new double[p.Values.Length])];
            using OnnxSession forward = GraphSession.Open(graph, cancellation);
            bool areProbabilities = NetworkOutputs.EndsWithSoftmax(graph);
            var random = new SplitMix(seed);
            int count = 0;
            foreach (SampleRun run in data.Runs(input, 1, Samples))
            {
                cancellation.ThrowIfCancellationRequested();
                float[] target;
                using (IDisposableReadOnlyCollection<OrtValue> outputs = forward.Run(run, [forward.Outputs[0]]))
                    target = Draw(OnnxSession.Floats(outputs[0]), areProbabilities, random);
                if (target.Length < 2 || target.Length == input.SampleElements) return null;
                engine.Run(new Dictionary<string, float[]> { [network.InputName] = run.Values[0].ToArray(), [Objective.Targets] = target });
                count++;
                for (int p = 0; p < sums.Length; p++)
                {
                    float[] gradient = engine.Gradients[p];
                    for (int i = 0; i < gradient.Length; i++) sums[p][i] += (double)gradient[i] * gradient[i];
                }
            }

            var byName = engine.Parameters.Select((p, i) => (p.Name, i)).ToDictionary(p => p.Name, p => p.i, StringComparer.Ordinal);
            if (layers.Any(l => !byName.ContainsKey(l.WeightName))) return null;
            return layers.ToDictionary(l => l.NodeName, l => Matrix(graph, l, sums[byName[l.WeightName]], count), StringComparer.Ordinal);
        }
    }

    private static float[] Draw(ReadOnlySpan<float> scores, bool areProbabilities, SplitMix random)
    {
        double[] p = new double[scores.Length];
        float top = scores[Accuracy.ArgMax(scores)];
        for (int i = 0; i < p.Length; i++)
            p[i] = areProbabilities ? Math.Pow(Math.Max(0, scores[i]), 1 / Temperature) : Math.Exp((scores[i] - top) / Temperature);
        double left = random.NextDouble() * p.Sum();
        float[] target = new float[p.Length];
        int drawn = 0;
        while (drawn < p.Length - 1 && (left -= p[drawn]) > 0) drawn++;
        target[drawn] = 1;
        return target;
    }

    private static float[] Matrix(Graph graph, MvmLayer layer, double[] sums, int count)
    {
        Node node = graph.Nodes.First(n => n.Name == layer.NodeName);
        bool outputsFirst = layer.Op == "Conv" || (layer.Op == "Gemm" && node.Attributes.Int("transB", 0) != 0);
        int outputs = layer.Outputs, rows = layer.RowsPerGroup;
        float[] matrix = new float[sums.Length];
        for (int o = 0; o < outputs; o++)
            for (int r = 0; r < rows; r++)
                matrix[(o * rows) + r] = (
                    float)(sums[outputsFirst ? (o * rows) + r : (r * outputs) + o] * Temperature * Temperature / count);
        return matrix;
    }
}
