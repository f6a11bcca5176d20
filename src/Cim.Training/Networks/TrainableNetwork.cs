using Cim.Onnx.Building;
using Cim.Onnx.Proto;

namespace Cim.Training.Networks;

/// <summary>
/// An ONNX network taken apart for training: the graph without the trained tensors, and those tensors. Not thread-safe while
/// parameters change.
/// </summary>
public sealed class TrainableNetwork
{
    private readonly Dictionary<string, Parameter> _parameters;

    internal TrainableNetwork(GraphProto graph, IEnumerable<Parameter> parameters, IEnumerable<Control>? controls = null)
    {
        Graph = graph;
        this._parameters = parameters.ToDictionary(parameter => parameter.Name, StringComparer.Ordinal);
        Parameters = [.. this._parameters.Values];
        Controls = [.. controls ?? []];
    }

    /// <summary>The graph; its first input is the data, its first output the result.</summary>
    internal GraphProto Graph { get; }

    /// <summary>The trained tensors, in the order of the file.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>Inputs that are neither data nor trained.</summary>
    public IReadOnlyList<Control> Controls { get; }

    /// <summary>Name of the data input.</summary>
    public string InputName => Graph.Input[0].Name;

    /// <summary>Shape of one sample: the data input's shape without the batch axis.</summary>
    public IReadOnlyList<long> SampleShape => [.. Graph.Input[0].Type.TensorType.Shape.Dim.Skip(1).Select(dim => dim.DimValue)];

    /// <summary>Name of the result.</summary>
    public string OutputName => Graph.Output[0].Name;

    /// <summary>The result before a final Softmax, which is what losses want; the result itself where there is none.</summary>
    public string LogitsName
    {
        get
        {
            NodeProto? last = Graph.Node.LastOrDefault(node => node.Output.Contains(OutputName));
            return last?.OpType == "Softmax" ? last.Input[0] : OutputName;
        }
    }

    /// <summary>Loads a network to be trained.</summary>
    /// <exception cref="Cim.Runtime.CimException">The model cannot be trained, or is malformed.</exception>
    public static TrainableNetwork FromOnnx(ModelProto model) => NetworkImport.Import(model);

    /// <summary>The parameter of that name.</summary>
    /// <exception cref="KeyNotFoundException">There is none.</exception>
    public Parameter this[string name] => _parameters[name];

    /// <summary>The parameter of that name, or null.</summary>
    public Parameter? Find(string name) => _parameters.GetValueOrDefault(name);

    /// <summary>The network with its present values as an ordinary ONNX model with a free batch axis.</summary>
    public ModelProto ToOnnx()
    {
        GraphProto graph = Graph.Clone();
        foreach (Parameter parameter in Parameters)
            graph.Initializer.Add(Tensors.Float(parameter.Name, parameter.Values, parameter.Dims));
        foreach (Control control in Controls)
            graph.Initializer.Add(Tensors.Float(control.Name, control.Values, control.Dims));
        for (int i = graph.Input.Count - 1; i > 0; i--)
        {
            if (Controls.Any(control => control.Name == graph.Input[i].Name))
                graph.Input.RemoveAt(i);
        }

        return new GraphBuilder(graph).Build();
    }

    /// <summary>A copy with its own parameter values.</summary>
    public TrainableNetwork Clone() => new(
        Graph.Clone(),
        Parameters.Select(parameter => new Parameter(parameter.Name, parameter.Dims, [.. parameter.Values], parameter.Role)
        {
            Minimum = parameter.Minimum,
            Mask = parameter.Mask is null ? null : [.. parameter.Mask],
        }),
        Controls.Select(control => new Control(control.Name, control.Dims, [.. control.Values])));

    /// <summary>Copies the values of every parameter that <paramref name="other"/> has under the same name.</summary>
    public void CopyFrom(TrainableNetwork other)
    {
        ArgumentNullException.ThrowIfNull(other);
        foreach (Parameter parameter in Parameters)
            other.Find(parameter.Name)?.Values.CopyTo(parameter.Values.AsSpan());
    }
}
