using Cim.Compiler.Ir;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Calibration;

/// <summary>Runs the float network over the calibration samples and collects a histogram of each tensor asked for.</summary>
internal static class ActivationCalibrator
{
    private const int Batch = 16;

    public static Dictionary<string, ActivationHistogram> Collect(
        Graph graph, GraphInput input, CalibrationData data, IReadOnlyCollection<string> tensors, CancellationToken cancellation)
    {
        var histograms = tensors.ToDictionary(t => t, _ => new ActivationHistogram(), StringComparer.Ordinal);
        string[] computed = [.. tensors.Where(t => !input.Has(t))];
        Graph slice = GraphSlice.Of(graph, computed, input.Has);
        using OnnxSession? session = computed.Length == 0 ? null : GraphSession.Open(slice);
        foreach (SampleRun run in data.Runs(input, Batch))
        {
            cancellation.ThrowIfCancellationRequested();
            for (int i = 0; i < input.Ports.Length; i++)
                if (histograms.TryGetValue(input.Ports[i].Name, out ActivationHistogram? ofInput)) ofInput.Add(run.Values[i].Span, input.Ports[i].Name);
            if (session is null) continue;
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, computed);
            // One histogram a task: each is filled by one thread in the order of the data.
            ParallelWork.For(computed.Length,
                i => histograms[computed[i]].Add(results[i].GetTensorDataAsSpan<float>(), computed[i]), cancellation);
        }

        return histograms;
    }
}
