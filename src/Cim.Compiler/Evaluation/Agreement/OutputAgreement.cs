using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.Model;

namespace Cim.Compiler.Evaluation.Agreement;

/// <summary>How far the first output of the compiled network is from the float network's, without labels.</summary>
/// <param name="Samples">Samples compared.</param>
/// <param name="Cosine">Of all outputs together.</param>
/// <param name="RelativeL2">|difference| / |float|.</param>
/// <param name="Top">Share of the samples of the same class (<see cref="ScoredOutput"/>); null if outputs are no class scores.</param>
/// <param name="LossPoints">Estimated percentage points lost; see <see cref="OutputComparison"/>.</param>
/// <param name="HardwarePoints">What of it arrays and converters lose.</param>
internal sealed record OutputAgreement(
    int Samples, double Cosine, double RelativeL2, double? Top, double LossPoints, double HardwarePoints)
{
    /// <summary>The agreement at a fidelity; null where outputs cannot be compared sample by sample.</summary>
    /// <param name="graph">The float network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="samples">Samples to compare on.</param>
    /// <param name="compiled">The compiled model.</param>
    /// <param name="run">The fidelity, and the seed of its errors.</param>
    /// <param name="cancellation">Checked between batches.</param>
    public static OutputAgreement? Measure(
        Graph graph, GraphInput input, CalibrationData samples, CompiledModel compiled, RunOptions run, CancellationToken cancellation)
    {
        float[] reference = GraphSession.FirstOutput(graph, input, samples, samples.Count, cancellation);
        UnusedMemory.Collect();
        float[] exact = Outputs(run with { Fidelity = Fidelity.Exact });
        UnusedMemory.Collect();
        float[] actual = run.Fidelity == Fidelity.Exact ? exact : Outputs(run);
        int count = Math.Max(1, input.FixedBatch) * (samples.Count / Math.Max(1, input.FixedBatch));
        OutputFacts output = NetworkOutputs.Of(graph, input.FixedBatch)[0];
        int results = input.FixedBatch > 1 && !output.IsBySample ? count / input.FixedBatch : count;
        if (count == 0 || reference.Length != actual.Length || reference.Length % results != 0) return null;

        bool[] padding = [.. PaddingMask.Of(input, samples) is { } mask ? samples.Runs(input, count).SelectMany(mask.Padding) : []];
        int width = padding.Length > 0 && reference.Length % padding.Length == 0 ? reference.Length / padding.Length : 0;
        (double dot, double a, double b, double e) = (0, 0, 0, 0);
        for (int i = 0; i < reference.Length; i++)
        {
            // What stands at padding is read by nobody.
            if (width > 0 && padding[i / width]) continue;
            (dot, a, b, e) = (dot + ((double)reference[i] * actual[i]), a + ((double)reference[i] * reference[i]), b
                + ((double)actual[i] * actual[i]), e + Math.Pow((double)reference[i] - actual[i], 2));
        }

        var comparison = OutputComparison.For(graph, input, reference, count, default);
        double loss = comparison.Of(actual).LossPoints;
        int classes = reference.Length / results;
        return new OutputAgreement(count, a * b > 0 ? dot / Math.Sqrt(a * b) : a == b ? 1 : 0, a > 0 ? Math.Sqrt(e / a) : e > 0 ? 1 : 0,
            comparison.AreClasses
                ? SameTop(reference, actual, output, classes)
                : null, loss, Math.Max(0, loss - comparison.Of(exact).LossPoints));

        float[] Outputs(RunOptions options)
        {
            // A model holds what it has packed for every fidelity, and the packed weights of a large network take several times its own.
            using var model = new CimModel(compiled);
            var outputs = new List<float>();
            foreach (ReadOnlyMemory<float> batch in new CompiledEvaluator(model).Run(samples, options, cancellation))
                outputs.AddRange(batch.Span);
            return [.. outputs];
        }
    }

    private static double SameTop(float[] reference, float[] actual, OutputFacts output, int classes)
    {
        var scored = new ScoredOutput(0, output);
        int same = 0, count = reference.Length / classes;
        for (int i = 0; i < count; i++)
            if (scored.ClassOf(reference.AsSpan(i * classes, classes)) == scored.ClassOf(actual.AsSpan(i * classes, classes))) same++;
        return (double)same / count;
    }
}
