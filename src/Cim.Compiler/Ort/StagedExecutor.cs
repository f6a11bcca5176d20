using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Microsoft.ML.OnnxRuntime;

namespace Cim.Compiler.Ort;

/// <summary>
/// Runs a graph piece by piece over the calibration samples, keeping only the values something still needs. Between two
/// pieces the nodes that have not run yet may be replaced: that is how layers are quantized one after the other, each
/// seeing what the quantized layers before it really produce.
/// </summary>
internal sealed class StagedExecutor : IDisposable
{
    private readonly List<Dictionary<string, OrtValue>> _runs = [];
    private readonly List<int> _counts = [];
    private readonly List<bool[]> _padding = [];
    private readonly HashSet<string> _executed = new(StringComparer.Ordinal);
    private HashSet<string> _live;
    private Graph _graph;

    public StagedExecutor(Graph graph, GraphInput input, CalibrationData data, int batch, int limit)
    {
        _graph = graph;
        _live = new HashSet<string>(graph.Inputs, StringComparer.Ordinal);
        PaddingMask? mask = PaddingMask.Of(input, data);
        foreach (SampleRun run in data.Runs(input, GraphMemory.Batch(graph, batch), limit))
        {
            _padding.Add(mask?.Padding(run) ?? []);
            _runs.Add(run.Feeds());
            _counts.Add(run.Count);
        }
    }

    /// <summary>Values that are retained although no node of the graph reads them any more.</summary>
    public IReadOnlySet<string> Retained { get; set; } = ImmutableHashSet<string>.Empty;

    /// <summary>The number of separate runs the samples were cut into.</summary>
    public int Runs => _runs.Count;

    /// <summary>Samples of one run.</summary>
    public int Count(int run) => _counts[run];

    /// <summary>True for each position of a run's samples that is padding; empty where there is none.</summary>
    public ReadOnlySpan<bool> Padding(int run) => _padding[run];

    /// <summary>Exchanges the graph for one in which only nodes that have not run differ.</summary>
    public void Replace(Graph graph) => _graph = graph;

    /// <summary>Computes some values (in all runs) and forgets those that nothing needs any more.</summary>
    public void Compute(IReadOnlyCollection<string> wanted, CancellationToken cancellation)
    {
        Graph slice = GraphSlice.Of(_graph, wanted, _live.Contains);
        var pending = new HashSet<string>(_graph.Outputs.Concat(wanted).Concat(Retained), StringComparer.Ordinal);
        _executed.UnionWith(slice.Nodes.Select(n => n.Name));
        foreach (Node node in _graph.Nodes)
            if (!_executed.Contains(node.Name)) pending.UnionWith(node.Inputs);

        if (!slice.Nodes.IsEmpty)
        {
            // Also what was computed on the way and is read later.
            string[] outputs = [
                .. slice.Nodes.SelectMany(n => n.Outputs).Where(o => o.Length > 0 && pending.Contains(o)).Distinct(StringComparer.Ordinal)];
            using OnnxSession session = GraphSession.Open(slice with { Outputs = [.. outputs] }, cancellation);
            foreach (Dictionary<string, OrtValue> run in _runs)
            {
                cancellation.ThrowIfCancellationRequested();
                // Not disposed as a collection: its values live on in the run.
                IDisposableReadOnlyCollection<OrtValue> results = session.Run(slice.Inputs.ToDictionary(i => i, i => run[i]), outputs);
                for (int i = 0; i < outputs.Length; i++) run[outputs[i]] = results[i];
            }

            _live.UnionWith(outputs);
        }

        foreach (string dead in _live.Where(v => !pending.Contains(v)).ToList())
        {
            foreach (Dictionary<string, OrtValue> run in _runs)
                if (run.Remove(dead, out OrtValue? value)) value.Dispose();
            _live.Remove(dead);
        }
    }

    /// <summary>A float value of one run, valid until the next <see cref="Compute"/>.</summary>
    public ReadOnlySpan<float> Value(int run, string name) => _runs[run][name].GetTensorDataAsSpan<float>();

    /// <summary>The values of one run that are in memory, valid until the next <see cref="Compute"/>.</summary>
    public IReadOnlyDictionary<string, OrtValue> Values(int run) => _runs[run];

    public void Dispose()
    {
        foreach (Dictionary<string, OrtValue> run in _runs)
            foreach (OrtValue value in run.Values) value.Dispose();
        _runs.Clear();
        _live = [];
    }
}
