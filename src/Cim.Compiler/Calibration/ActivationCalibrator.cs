using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Calibration;

/// <summary>
/// Runs the float network over the calibration samples and collects a histogram of each tensor asked for. The network's outputs must be
/// numbers: what is compared with them later would be worth nothing.
/// </summary>
internal static class ActivationCalibrator
{
    private const int Batch = 16;

    public static Dictionary<string, ActivationHistogram> Collect(
        Graph graph, GraphInput input, CalibrationData data, IReadOnlyCollection<string> tensors, CancellationToken cancellation)
    {
        var histograms = tensors.ToDictionary(t => t, _ => new ActivationHistogram(), StringComparer.Ordinal);
        string[] measured = [.. tensors.Where(t => !input.Has(t))];
        string[] computed = [.. measured.Concat(graph.Outputs.Where(o => !input.Has(o) && graph.Values[o].Type == ElementType.Float32))
            .Distinct(StringComparer.Ordinal)];
        HashSet<string> marked = [.. graph.Nodes.Where(n => MarksPlaces(graph, n)).Select(n => n.Outputs[0])];
        Graph slice = GraphSlice.Of(graph, computed, input.Has);
        using OnnxSession? session = computed.Length == 0 ? null : GraphSession.Open(slice, cancellation);
        PaddingMask? mask = PaddingMask.Of(input, data);
        foreach (SampleRun run in data.Runs(input, GraphMemory.Batch(graph, computed, Batch)))
        {
            bool[] padding = mask?.Padding(run) ?? [];
            cancellation.ThrowIfCancellationRequested();
            for (int i = 0; i < input.Ports.Length; i++)
                if (histograms.TryGetValue(input.Ports[i].Name, out ActivationHistogram? ofInput))
                    ofInput.Add(run.Values[i].Span, input.Ports[i].Name);
            if (session is null) continue;
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, computed);
            // One histogram a task: each is filled by one thread in the order of the data.
            ParallelWork.For(computed.Length, i =>
            {
                ReadOnlySpan<float> values = results[i].GetTensorDataAsSpan<float>();
                if (i < measured.Length)
                {
                    Shape shape = graph.Values[computed[i]].Shape;
                    histograms[computed[i]].Add(
                        PaddingMask.Counted(values, shape.Rank < 2 ? 0 : shape[shape.Rank - 1], padding), computed[i],
                        marked.Contains(computed[i]));
                }
                else RequireNumbers(graph, values, computed[i]);
            }, cancellation);
        }

        return histograms;
    }

    /// <summary>True for padding of minus infinity, or the lowest number: a maximum ignores it.</summary>
    private static bool MarksPlaces(Graph graph, Node node) => node.Op == "Pad" && node.Inputs.Length > 2
        && graph.Constants.TryGetValue(node.Inputs[2], out Tensor? value) && value is { Type: ElementType.Float32, Length: 1 }
            && value.Span<float>()[0] <= -float.MaxValue;

    private static void RequireNumbers(Graph graph, ReadOnlySpan<float> values, string output)
    {
        foreach (float v in values)
            if (!float.IsFinite(v) && !(float.IsNegativeInfinity(v) && MeansImpossible(graph)))
                throw ActivationHistogram.NotFinite(output, v);
    }

    /// <summary>True if minus infinity can be meant, as the score of what cannot be: the network writes it, or takes logarithms.</summary>
    private static bool MeansImpossible(Graph graph) => graph.Nodes.Any(n => n.Op is "Log" or "LogSoftmax")
        || graph.Constants.Values.Any(c => c.Type == ElementType.Float32 && c.Span<float>().Contains(float.NegativeInfinity));
}
