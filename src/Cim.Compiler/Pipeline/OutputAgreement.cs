using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Runtime;

namespace Cim.Compiler.Pipeline;

/// <summary>How far the first output of the compiled network is from the float network's, without labels.</summary>
/// <param name="Samples">Samples compared.</param>
/// <param name="Cosine">Of all outputs together.</param>
/// <param name="RelativeL2">|difference| / |float|.</param>
/// <param name="Top">Share of the samples of the same class (<see cref="ScoredOutput"/>); null if outputs are no class scores.</param>
/// <param name="LossPoints">Estimated percentage points lost; see <see cref="OutputComparison"/>.</param>
/// <param name="HardwarePoints">What of it arrays and converters lose.</param>
internal sealed record Agreement(int Samples, double Cosine, double RelativeL2, double? Top, double LossPoints, double HardwarePoints);

/// <summary>
/// Measures <see cref="Agreement"/> on samples of the calibration file that were not calibrated on; if all were, on those.
/// </summary>
internal static class OutputAgreement
{
    private const int Samples = 128;

    /// <summary>The agreement at a fidelity; null without calibration data, or where outputs cannot be compared sample by sample.</summary>
    public static Agreement? Measure(
        CompileContext context, Graph graph, CompiledModel compiled, CompileInputs inputs, CalibrationData calibration, Fidelity fidelity)
    {
        if (calibration.IsSynthetic || graph.Values[graph.Outputs[0]].Type != ElementType.Float32) return null;
        context.Step("comparing outputs with the float network");
        CalibrationData samples = inputs.ReadHeldOut(Samples, context.Cancellation) ?? calibration.Spread(inputs.Input, Samples);
        float[] reference = GraphSession.FirstOutput(graph, inputs.Input, samples, samples.Count, context.Cancellation);
        using var model = new CimModel(compiled);
        float[] exact = Outputs(model, Fidelity.Exact), actual = fidelity == Fidelity.Exact ? exact : Outputs(model, fidelity);
        int count = Math.Max(1, inputs.Input.FixedBatch) * (samples.Count / Math.Max(1, inputs.Input.FixedBatch));
        if (count == 0 || reference.Length != actual.Length || reference.Length % count != 0) return null;

        (double dot, double a, double b, double e) = (0, 0, 0, 0);
        for (int i = 0; i < reference.Length; i++)
            (dot, a, b, e) = (dot + ((double)reference[i] * actual[i]), a + ((double)reference[i] * reference[i]), b
                + ((double)actual[i] * actual[i]), e + Math.Pow((double)reference[i] - actual[i], 2));
        var comparison = OutputComparison.For(graph, inputs.Input, reference, count, default);
        double loss = comparison.Of(actual).LossPoints;
        int classes = reference.Length / count;
        return new Agreement(count, a * b > 0 ? dot / Math.Sqrt(a * b) : a == b ? 1 : 0, a > 0 ? Math.Sqrt(e / a) : e > 0 ? 1 : 0,
            comparison.AreClasses
                ? SameTop(reference, actual, NetworkOutputs.Of(graph, inputs.Input.FixedBatch)[0], classes)
                : null, loss, Math.Max(0, loss - comparison.Of(exact).LossPoints));

        float[] Outputs(CimModel m, Fidelity f)
        {
            var outputs = new List<float>();
            RunOptions options = new() { Fidelity = f, Seed = context.Options.Seed };
            var evaluator = new CompiledEvaluator(m);
            foreach (ReadOnlyMemory<float> batch in evaluator.Run(samples, options, context.Cancellation)) outputs.AddRange(batch.Span);
            return [.. outputs];
        }
    }

    private static double SameTop(float[] reference, float[] actual, OutputFacts output, int classes)
    {
        var judged = new ScoredOutput(0, output);
        int same = 0, count = reference.Length / classes;
        for (int i = 0; i < count; i++)
            if (judged.ClassOf(reference.AsSpan(i * classes, classes)) == judged.ClassOf(actual.AsSpan(i * classes, classes))) same++;
        return (double)same / count;
    }
}
