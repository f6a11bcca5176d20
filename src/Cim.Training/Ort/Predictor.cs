using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Data;
using Cim.Training.Engine;
using Cim.Training.Kernels;
using Cim.Training.Networks;

namespace Cim.Training.Ort;

/// <summary>Runs a network forward with its present parameter values. Safe to call from several threads, one at a time.</summary>
public sealed class Predictor : IDisposable
{
    private readonly Lock _gate = new();
    private readonly PinnedSession? _session; // null where every requested value is the input itself, or none is requested
    private readonly Dictionary<string, float[]> _bindings;
    private readonly string _inputName;
    private readonly string[] _outputs;

    /// <summary>Compiles the forward graph.</summary>
    /// <param name="network">The network; parameters and controls are read at every run.</param>
    /// <param name="batchSize">Samples of one run; fewer are padded.</param>
    /// <param name="values">Values of the graph to return; null = the logits.</param>
    /// <param name="parts">Parts an operator is cut into; the last bits of sums depend on it, see <see cref="OperatorParts"/>.</param>
    public Predictor(TrainableNetwork network, int batchSize = 64, IReadOnlyList<string>? values = null, int parts = OperatorParts.Count)
    {
        ArgumentNullException.ThrowIfNull(network);
        BatchSize = batchSize;
        _inputName = network.InputName;
        _outputs = [.. values ?? [network.LogitsName]];
        ForwardGraph forward = ForwardGraph.Prepare(network, batchSize, null, "");
        BlockedLayout.Apply(forward.Lowered, forward.Shapes);
        _bindings = forward.Bind(network);
        GraphProto graph = forward.Lowered;
        graph.Output.Clear();
        foreach (string output in _outputs.Where(output => output != _inputName))
        {
            long[] dims = forward.Shapes[output];
            _bindings[output] = new float[Tensors.Count(dims)];
            graph.Output.Add(Tensors.ValueInfo(output, TensorProto.Types.DataType.Float, dims));
        }

        DeadNodes.Remove(graph);
        _session = graph.Output.Count == 0 ? null : new PinnedSession(graph, _bindings, parts);
    }

    /// <summary>Samples of one run.</summary>
    public int BatchSize { get; }

    /// <summary>The first value for <paramref name="count"/> samples, row-major, a new array.</summary>
    public float[] Predict(ReadOnlySpan<float> inputs, int count)
    {
        lock (_gate)
        {
            float[]? results = null;
            int elements = inputs.Length / count;
            for (int start = 0; start < count; start += BatchSize)
            {
                int size = Math.Min(BatchSize, count - start);
                RunBatch(inputs.Slice(start * elements, size * elements));
                float[] values = _bindings[_outputs[0]];
                int perSample = values.Length / BatchSize;
                results ??= new float[count * perSample];
                values.AsSpan(0, size * perSample).CopyTo(results.AsSpan(start * perSample));
            }

            return results ?? [];
        }
    }

    /// <summary>The first value for every sample.</summary>
    public float[] Predict(SampleSet samples)
    {
        ArgumentNullException.ThrowIfNull(samples);
        return Predict(samples.Values, samples.Count);
    }

    /// <summary>How many samples have their label as the largest output.</summary>
    public int CountCorrect(SampleSet samples, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(samples);
        int correct = 0;
        for (int start = 0; start < samples.Count; start += BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            int size = Math.Min(BatchSize, samples.Count - start);
            float[] logits = Predict(samples.Values.AsSpan(start * samples.Elements, size * samples.Elements), size);
            int classes = logits.Length / size;
            for (int i = 0; i < size; i++)
            {
                if (ArgMax(logits.AsSpan(i * classes, classes)) == samples.Labels![start + i])
                    correct++;
            }
        }

        return correct;
    }

    /// <summary>Calls <paramref name="visit"/> with every requested value (its name, the samples it covers, its array) for each
    /// batch.</summary>
    internal void ForEachBatch(SampleSet samples, Action<string, int, float[]> visit, CancellationToken cancellation)
    {
        for (int start = 0; start < samples.Count; start += BatchSize)
        {
            cancellation.ThrowIfCancellationRequested();
            int size = Math.Min(BatchSize, samples.Count - start);
            RunBatch(samples.Values.AsSpan(start * samples.Elements, size * samples.Elements));
            foreach (string output in _outputs)
                visit(output, size, _bindings[output]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _session?.Dispose();

    internal static int ArgMax(ReadOnlySpan<float> values)
    {
        int best = 0;
        for (int i = 1; i < values.Length; i++)
        {
            if (values[i] > values[best])
                best = i;
        }

        return best;
    }

    private void RunBatch(ReadOnlySpan<float> inputs)
    {
        Span<float> bound = _bindings[_inputName];
        inputs.CopyTo(bound);
        bound[inputs.Length..].Clear();
        _session?.Run();
    }
}
