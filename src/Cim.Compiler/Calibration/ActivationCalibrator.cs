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
        string[] computed = [.. tensors.Where(t => t != input.Name)];
        Graph slice = GraphSlice.Of(graph, computed, v => v == input.Name);
        using OnnxSession? session = computed.Length == 0 ? null : GraphSession.Open(slice);
        foreach ((_, int count, ReadOnlyMemory<float> values) in data.Runs(input, Batch))
        {
            cancellation.ThrowIfCancellationRequested();
            if (histograms.TryGetValue(input.Name, out ActivationHistogram? ofInput)) ofInput.Add(values.Span, input.Name);
            if (session is null) continue;
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(input.Name, values, input.Dims(count), computed);
            // One histogram a task: each is filled by one thread in the order of the data.
            Parallel.For(0, computed.Length, new ParallelOptions { CancellationToken = cancellation },
                i => histograms[computed[i]].Add(results[i].GetTensorDataAsSpan<float>(), computed[i]));
        }

        return histograms;
    }
}
