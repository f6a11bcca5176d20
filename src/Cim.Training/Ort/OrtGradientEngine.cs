using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;
using Cim.Training.Engine;
using Cim.Training.Kernels;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Operators;

namespace Cim.Training.Ort;

/// <summary>Forward, loss and gradients as one ONNX graph run by ONNX Runtime; parameters are inputs of the graph.</summary>
public sealed class OrtGradientEngine : IGradientEngine
{
    private const string LossName = "loss";

    private readonly PinnedSession _session;
    private readonly Dictionary<string, float[]> _bindings;
    private readonly HashSet<string> _dataInputs;

    /// <summary>Builds the training graph of a network.</summary>
    /// <param name="request">The network, whose parameters are read at every run, its loss and what to return.</param>
    /// <exception cref="Cim.Runtime.CimException">The network uses operators without a gradient rule.</exception>
    public OrtGradientEngine(GradientRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        TrainableNetwork network = request.Network;
        BatchSize = request.BatchSize;
        Parameters = request.Trained ?? network.Parameters;
        Outputs = [network.LogitsName, .. request.Outputs];
        ForwardGraph forward = ForwardGraph.Prepare(network, BatchSize, request.Objective, LossName);
        BlockedLayout.Apply(forward.Lowered, forward.Shapes);
        IReadOnlyList<string?> gradients = new Differentiator(OperatorRules.All).Append(
            forward.Graph, LossName, [.. Parameters.Select(parameter => parameter.Name)]);

        _bindings = forward.Bind(network);
        _dataInputs = [.. forward.DataInputs];
        GraphProto graph = forward.Lowered;
        graph.Output.Clear();
        AddOutput(LossName, forward.Shapes[LossName]);
        foreach (string output in Outputs)
            AddOutput(output, forward.Shapes[output]);
        var results = new List<float[]>();
        for (int i = 0; i < Parameters.Count; i++)
        {
            var gradient = new float[Parameters[i].Values.Length];
            results.Add(gradient);
            if (gradients[i] is not { } name)
                continue;

            // A value that is already an output, or serves two parameters, needs a name of its own.
            string own = new GraphBuilder(graph).Op("Identity", name);
            _bindings[own] = gradient;
            graph.Output.Add(Tensors.ValueInfo(own, TensorProto.Types.DataType.Float, Parameters[i].Dims));
        }

        Gradients = results;
        DeadNodes.Remove(graph);
        _session = new PinnedSession(graph, _bindings, request.Parts);

        void AddOutput(string name, long[] dims)
        {
            _bindings[name] = new float[Tensors.Count(dims)];
            graph.Output.Add(Tensors.ValueInfo(name, TensorProto.Types.DataType.Float, dims));
        }
    }

    /// <inheritdoc/>
    public int BatchSize { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <inheritdoc/>
    public IReadOnlyList<float[]> Gradients { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Outputs { get; }

    /// <inheritdoc/>
    public float Run(IReadOnlyDictionary<string, float[]> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (string name in _dataInputs)
            inputs[name].AsSpan(0, _bindings[name].Length).CopyTo(_bindings[name]);
        _session.Run();
        return _bindings[LossName][0];
    }

    /// <inheritdoc/>
    public float[] Output(string name) => _bindings[name];

    /// <inheritdoc/>
    public void Dispose() => _session.Dispose();
}
