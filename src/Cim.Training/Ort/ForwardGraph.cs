using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Operators;

namespace Cim.Training.Ort;

/// <summary>A network with fixed batch and loss, ready to be run or differentiated.</summary>
internal sealed class ForwardGraph
{
    /// <summary>The nodes; parameters and controls are inputs of their lowered form.</summary>
    public required DifferentiableGraph Graph { get; init; }

    /// <summary>Plain ONNX nodes.</summary>
    public GraphProto Lowered => Graph.Lowered;

    /// <summary>Shape of every value.</summary>
    public IReadOnlyDictionary<string, long[]> Shapes => Graph.Shapes;

    /// <summary>Inputs the caller fills at every run.</summary>
    public required IReadOnlyList<string> DataInputs { get; init; }

    /// <summary>The shapes of all values of a network for one sample.</summary>
    public static IReadOnlyDictionary<string, long[]> ShapesOf(TrainableNetwork network) => Prepare(network, 1, null, "").Shapes;

    /// <summary>Fixes the batch, appends the loss, finds shapes and makes parameters inputs.</summary>
    public static ForwardGraph Prepare(TrainableNetwork network, int batchSize, Objective? objective, string lossName)
    {
        GraphProto graph = network.Graph.Clone();
        long[] input = [batchSize, .. network.SampleShape];
        graph.Input[0] = Tensors.ValueInfo(network.InputName, TensorProto.Types.DataType.Float, input);

        // The loss needs the shape of the logits, so shapes are found twice: without and with it.
        Dictionary<string, long[]> integers = new(StringComparer.Ordinal);
        Dictionary<string, long[]> shapes = Probe(graph, network, integers);
        FixIntegers(graph, integers, shapes);
        List<string> dataInputs = [network.InputName];
        if (objective is not null)
        {
            var builder = new GraphBuilder(graph);
            string total = objective.Append(builder, network.LogitsName, shapes[network.LogitsName], dataInputs);
            builder.Named(lossName, "Identity", [total]);
            shapes = Probe(graph, network, null);
        }

        GraphProto lowered = CompositeOperators.Lower(graph, TensorProto.Types.DataType.Float, OperatorRules.All);
        HashSet<string> present = [.. lowered.Input.Select(value => value.Name)];
        foreach (Parameter parameter in network.Parameters)
            lowered.Input.Add(Tensors.ValueInfo(parameter.Name, TensorProto.Types.DataType.Float, parameter.Dims));
        foreach (Control control in network.Controls.Where(control => !present.Contains(control.Name)))
            lowered.Input.Add(Tensors.ValueInfo(control.Name, TensorProto.Types.DataType.Float, control.Dims));
        return new ForwardGraph { Graph = new DifferentiableGraph(graph, lowered, shapes), DataInputs = dataInputs };
    }

    /// <summary>The arrays behind every input.</summary>
    public Dictionary<string, float[]> Bind(TrainableNetwork network)
    {
        var bindings = new Dictionary<string, float[]>(StringComparer.Ordinal);
        foreach (Parameter parameter in network.Parameters)
            bindings[parameter.Name] = parameter.Values;
        foreach (Control control in network.Controls)
            bindings[control.Name] = control.Values;
        foreach (string name in DataInputs)
            bindings[name] = new float[Tensors.Count(Shapes[name])];
        return bindings;
    }

    private static Dictionary<string, long[]> Probe(GraphProto graph, TrainableNetwork network, Dictionary<string, long[]>? integers)
    {
        GraphProto plain = CompositeOperators.Lower(graph, TensorProto.Types.DataType.Float, OperatorRules.All);
        foreach (Parameter parameter in network.Parameters)
            plain.Initializer.Add(Tensors.Float(parameter.Name, parameter.Values, parameter.Dims));
        foreach (Control control in network.Controls)
            plain.Initializer.Add(Tensors.Float(control.Name, control.Values, control.Dims));
        return ShapeProbe.Run(plain, integers);
    }

    /// <summary>With the batch fixed, computed shapes are constants, which is what gradient rules need them to be.</summary>
    private static void FixIntegers(GraphProto graph, Dictionary<string, long[]> integers, Dictionary<string, long[]> shapes)
    {
        for (int i = graph.Node.Count - 1; i >= 0; i--)
        {
            NodeProto node = graph.Node[i];
            if (node.Output.Count != 1 || !integers.TryGetValue(node.Output[0], out long[]? values))
                continue;
            TensorProto tensor = Tensors.Int64(values, shapes[node.Output[0]]);
            tensor.Name = node.Output[0];
            graph.Initializer.Add(tensor);
            graph.Node.RemoveAt(i);
        }
    }
}
