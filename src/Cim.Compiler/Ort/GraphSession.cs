using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Ort;

/// <summary>Runs a graph of the compiler's own representation in ONNX Runtime.</summary>
internal static class GraphSession
{
    private const int Batch = 32;

    /// <summary>Opens a session that the cancellation ends.</summary>
    public static OnnxSession Open(Graph graph, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        string[] large =
            [.. graph.Constants.Where(c => c.Value.Length > LargeConstant.Elements).Select(c => c.Key).Order(StringComparer.Ordinal)];
        // Fed with every run, not exported.
        Graph exported = large.Length == 0 ? graph
            : graph with { Inputs = [.. graph.Inputs, .. large], Constants = graph.Constants.RemoveRange(large) };
        return new OnnxSession(
            OnnxExporter.Export(exported).ToByteArray(), $"'{graph.Name}'", isLarge: large.Length > 0, cancellation: cancellation)
        {
            Constants = [.. large.Select(name => new LargeConstant(name, graph.Constants[name]))],
        };
    }

    /// <summary>The first output for samples, one after the other.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public static float[] FirstOutput(Graph graph, GraphInput input, CalibrationData samples, int limit, CancellationToken cancellation)
    {
        using OnnxSession session = Open(graph with { Outputs = [graph.Outputs[0]] }, cancellation);
        var outputs = new List<float>();
        foreach (SampleRun run in samples.Runs(input, GraphMemory.Batch(graph, Batch), limit))
        {
            cancellation.ThrowIfCancellationRequested();
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, [session.Outputs[0]]);
            outputs.AddRange(OnnxSession.Floats(results[0]));
        }

        return [.. outputs];
    }
}
