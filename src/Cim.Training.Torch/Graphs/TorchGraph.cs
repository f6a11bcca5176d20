using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Training.Torch.Nodes;
using Cim.Training.Torch.Operators;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Graphs;

/// <summary>
/// A training graph as tensor operations, node by node, composite operators included. Gradients come from autograd, which records what the
/// operations do.
/// </summary>
internal sealed class TorchGraph : IDisposable
{
    private readonly Dictionary<string, int> _slots = new(StringComparer.Ordinal);
    private readonly List<(TorchOperation Operation, int[] Inputs, int[] Outputs)> _steps = [];
    private readonly Tensor?[] _constants;

    /// <summary>Makes the operations.</summary>
    /// <param name="graph">Nodes in topological order; values that are neither initializers nor computed are inputs of a run.</param>
    /// <param name="shapes">Shape of every value.</param>
    /// <param name="realType">Float32 or Float64.</param>
    /// <param name="device">Where the operations run.</param>
    /// <exception cref="CimException">CIM0040: nodes without a tensor operation; all of them are named.</exception>
    public TorchGraph(GraphProto graph, IReadOnlyDictionary<string, long[]> shapes, ScalarType realType, Device device)
    {
        Dictionary<string, TensorProto> constants = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        string[] missing = [.. graph.Node.Where(node => !TorchOperators.Has(node))
            .Select(node => $"{node.OpType} '{(node.Name.Length > 0 ? node.Name : node.Output[0])}'")];
        if (missing.Length > 0)
            throw new CimException(
                ErrorCodes.NotDifferentiable,
                $"The torch engine has no operation for: {string.Join(", ", missing)}. Train with the engine 'ort', or replace these "
                    + "operators.");
        foreach (NodeProto node in graph.Node)
        {
            var known = new TorchNode(node, shapes, constants, realType, device);
            _steps.Add((TorchOperators.Make(known), [.. node.Input.Select(SlotOrNone)], [.. node.Output.Select(SlotOrNone)]));
        }

        _constants = new Tensor?[_slots.Count];
        foreach (TensorProto tensor in graph.Initializer)
        {
            if (_slots.TryGetValue(tensor.Name, out int slot))
                _constants[slot] = TorchValues.Of(tensor, realType, device).DetachFromDisposeScope();
        }
    }

    /// <summary>Runs all nodes.</summary>
    /// <param name="inputs">Parameters, controls and data by name; names the graph does not use are passed over.</param>
    /// <param name="outputs">Names of the values to return.</param>
    public Tensor[] Run(IEnumerable<KeyValuePair<string, Tensor>> inputs, IReadOnlyList<string> outputs)
    {
        var values = (Tensor?[])_constants.Clone();
        var passed = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach ((string name, Tensor value) in inputs)
        {
            if (_slots.TryGetValue(name, out int slot))
                values[slot] = value;
            else
                passed[name] = value;
        }

        foreach ((TorchOperation operation, int[] from, int[] to) in _steps)
        {
            var operands = new Tensor[from.Length];
            for (int i = 0; i < from.Length; i++)
                operands[i] = from[i] < 0 ? null! : values[from[i]]!;
            Tensor[] results = operation(operands);
            for (int i = 0; i < to.Length && i < results.Length; i++)
            {
                if (to[i] >= 0)
                    values[to[i]] = results[i];
            }
        }

        return [.. outputs.Select(name => _slots.TryGetValue(name, out int slot) ? values[slot]! : passed[name])];
    }

    public void Dispose()
    {
        foreach (Tensor? constant in _constants)
            constant?.Dispose();
    }

    private int SlotOrNone(string name)
    {
        if (name.Length == 0)
            return -1;
        if (!_slots.TryGetValue(name, out int slot))
            _slots[name] = slot = _slots.Count;
        return slot;
    }
}
