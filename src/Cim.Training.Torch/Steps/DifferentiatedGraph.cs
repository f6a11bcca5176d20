using Cim.Onnx.Proto;
using Cim.Training.Differentiation;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.Torch.Graphs;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Steps;

/// <summary>A network with its loss as tensor operations, and the gradients of the loss by autograd.</summary>
internal sealed class DifferentiatedGraph : IDisposable
{
    private const string LossName = "loss";

    private readonly TorchGraph _graph;
    private readonly DeviceNetwork _values;
    private readonly bool[] _isReached;
    private readonly string[] _outputs;

    /// <param name="network">The network as it is trained.</param>
    /// <param name="objective">The loss.</param>
    /// <param name="batchSize">Samples of one batch.</param>
    /// <param name="trained">Parameters to differentiate for.</param>
    /// <param name="values">The network on the device.</param>
    /// <param name="outputs">Values to return besides the loss.</param>
    /// <param name="device">The device.</param>
    public DifferentiatedGraph(
        TrainableNetwork network, Objective objective, int batchSize, IReadOnlyList<Parameter> trained, DeviceNetwork values,
        IReadOnlyList<string> outputs, Device device)
    {
        ForwardGraph forward = ForwardGraph.Prepare(network, batchSize, objective, LossName);
        _graph = new TorchGraph(forward.Graph.Composite, forward.Shapes, ScalarType.Float32, device);
        _values = values;
        _outputs = [LossName, .. outputs];
        HashSet<string> reached = Reached(forward.Graph.Composite);
        _isReached = [.. trained.Select(parameter => reached.Contains(parameter.Name))];
        Shapes = forward.Shapes;
        DataInputs = forward.DataInputs;
    }

    /// <summary>Shape of every value.</summary>
    public IReadOnlyDictionary<string, long[]> Shapes { get; }

    /// <summary>Inputs that every run needs.</summary>
    public IReadOnlyList<string> DataInputs { get; }

    /// <summary>Loss and outputs, and the gradients of the trained parameters one after the other in one tensor.</summary>
    public (Tensor[] Outputs, Tensor Gradient) Run(IEnumerable<KeyValuePair<string, Tensor>> data)
    {
        Tensor[] outputs = _graph.Run(_values.Values.Concat(data), _outputs);
        Tensor[] reached = [.. _values.Trained.Where((_, i) => _isReached[i])];
        IList<Tensor> found = reached.Length == 0 ? [] : autograd.grad([outputs[0]], reached, null, false, false, true);
        var parts = new Tensor[_isReached.Length];
        int next = 0;
        for (int i = 0; i < parts.Length; i++)
        {
            Tensor? gradient = _isReached[i] ? found[next++] : null;
            parts[i] = gradient is null || gradient.IsInvalid ? zeros_like(_values.Trained[i]).reshape(-1) : gradient.reshape(-1);
        }

        return (outputs, cat(parts, 0));
    }

    public void Dispose() => _graph.Dispose();

    /// <summary>Values from which the loss is reached without passing an operator that stops gradients.</summary>
    private static HashSet<string> Reached(GraphProto graph)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal) { LossName };
        for (int i = graph.Node.Count - 1; i >= 0; i--)
        {
            if (graph.Node[i].Output.Any(reached.Contains) && !GradientRules.StopsGradient(graph.Node[i]))
                reached.UnionWith(graph.Node[i].Input);
        }

        return reached;
    }
}
