using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Ort;

/// <summary>Runs a graph of the compiler's own representation in ONNX Runtime.</summary>
internal static class GraphSession
{
    private const int Batch = 32;

    public static OnnxSession Open(Graph graph) => new(OnnxExporter.Export(graph).ToByteArray(), $"'{graph.Name}'");

    /// <summary>The first output for samples, one after the other.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="samples">The samples.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellation">Checked between runs.</param>
    public static float[] FirstOutput(Graph graph, GraphInput input, CalibrationData samples, int limit, CancellationToken cancellation)
    {
        using OnnxSession session = Open(graph);
        var outputs = new List<float>();
        foreach (SampleRun run in samples.Runs(input, Batch, limit))
        {
            cancellation.ThrowIfCancellationRequested();
            using IDisposableReadOnlyCollection<OrtValue> results = session.Run(run, [session.Outputs[0]]);
            outputs.AddRange(OnnxSession.Floats(results[0]));
        }

        return [.. outputs];
    }
}
