using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Runtime;
using DataType = Cim.Onnx.Proto.TensorProto.Types.DataType;

namespace Cim.Training.Networks;

/// <summary>Takes an ONNX model apart: constants become initializers, old operator forms those of opset 17, trained tensors
/// parameters.</summary>
internal static class NetworkImport
{
    public static TrainableNetwork Import(ModelProto model)
    {
        if (model.Graph is null || model.Graph.Output.Count == 0)
            throw new CimException(ErrorCodes.MalformedOnnx, "The model has no graph or no output; give a complete ONNX file");
        GraphProto graph = model.Graph.Clone();
        long opset = model.OpsetImport.FirstOrDefault(set => set.Domain.Length == 0 || set.Domain == "ai.onnx")?.Version ?? 0;
        ConstantsToInitializers(graph);
        OpsetNormalization.Apply(graph, opset);
        RemoveDropout(graph);
        HashSet<string> initializers = [.. graph.Initializer.Select(tensor => tensor.Name)];
        RemoveWhere(graph.Input, input => initializers.Contains(input.Name));
        if (graph.Input.Count != 1)
        {
            string names = string.Join(", ", graph.Input.Select(input => input.Name));
            throw new CimException(
                ErrorCodes.InvalidGraph, $"Training needs a network with one data input, this one has {graph.Input.Count}: {names}");
        }

        FreeBatch(graph.Input[0]);
        RemoveWhere(graph.ValueInfo, _ => true);
        foreach (ValueInfoProto output in graph.Output)
        {
            if (output.Type?.TensorType?.Shape is { Dim.Count: > 0 } shape)
                shape.Dim[0] = new TensorShapeProto.Types.Dimension { DimParam = "N" };
        }

        List<Parameter> parameters = TakeParameters(graph);
        return new TrainableNetwork(graph, parameters, TakeStatistics(graph));
    }

    private static void ConstantsToInitializers(GraphProto graph)
    {
        for (int i = graph.Node.Count - 1; i >= 0; i--)
        {
            NodeProto node = graph.Node[i];
            if (node.OpType != "Constant")
                continue;
            TensorProto tensor = ConstantValue(node);
            tensor.Name = node.Output[0];
            graph.Initializer.Add(tensor);
            graph.Node.RemoveAt(i);
        }
    }

    private static TensorProto ConstantValue(NodeProto node)
    {
        if (Attributes.Find(node, "value") is { } value)
            return value.T.Clone();
        if (Attributes.Find(node, "value_int") is { } integer)
            return Tensors.Int64([integer.I], []);
        if (Attributes.Find(node, "value_ints") is { } integers)
            return Tensors.Int64(integers.Ints.ToArray(), [integers.Ints.Count]);
        if (Attributes.Find(node, "value_float") is { } real)
            return Tensors.Float("", [real.F], []);
        if (Attributes.Find(node, "value_floats") is { } reals)
            return Tensors.Float("", reals.Floats.ToArray(), [reals.Floats.Count]);
        throw new CimException(ErrorCodes.InvalidGraph, $"Constant node '{node.Name}' ({node.Output[0]}) has no numeric value");
    }

    /// <summary>Dropout is the identity in a network that is already trained; quantization noise regularises instead.</summary>
    private static void RemoveDropout(GraphProto graph)
    {
        foreach (NodeProto node in graph.Node.Where(node => node.OpType == "Dropout"))
        {
            node.OpType = "Identity";
            node.Attribute.Clear();
            while (node.Input.Count > 1)
                node.Input.RemoveAt(1);
            while (node.Output.Count > 1)
                node.Output.RemoveAt(1);
        }
    }

    private static void FreeBatch(ValueInfoProto input)
    {
        TensorShapeProto? shape = input.Type?.TensorType?.Shape;
        if (shape is null || shape.Dim.Count < 2 || shape.Dim.Skip(1).Any(dim => dim.DimValue <= 0))
        {
            throw new CimException(
                ErrorCodes.InvalidGraph,
                $"Input '{input.Name}' needs a batch axis and fixed further dimensions to be trained");
        }

        shape.Dim[0] = new TensorShapeProto.Types.Dimension { DimParam = "N" };
    }

    private static List<Parameter> TakeParameters(GraphProto graph)
    {
        Dictionary<string, ParameterRole> roles = ParameterRoles.Of(graph);
        var parameters = new List<Parameter>();
        for (int i = 0; i < graph.Initializer.Count; i++)
        {
            TensorProto tensor = graph.Initializer[i];
            if ((DataType)tensor.DataType != DataType.Float || !roles.TryGetValue(tensor.Name, out ParameterRole role))
                continue;
            parameters.Add(new Parameter(tensor.Name, tensor.Dims, Tensors.ToFloats(tensor), role));
            graph.Initializer.RemoveAt(i--);
        }

        return parameters;
    }

    /// <summary>Running means and variances change while training without being trained.</summary>
    private static List<Control> TakeStatistics(GraphProto graph)
    {
        HashSet<string> names = [.. graph.Node.Where(node => node.OpType == "BatchNormalization").SelectMany(node => node.Input.Skip(3))];
        var statistics = new List<Control>();
        for (int i = 0; i < graph.Initializer.Count; i++)
        {
            TensorProto tensor = graph.Initializer[i];
            if (!names.Contains(tensor.Name))
                continue;
            statistics.Add(new Control(tensor.Name, tensor.Dims, Tensors.ToFloats(tensor)));
            graph.Initializer.RemoveAt(i--);
        }

        return statistics;
    }

    private static void RemoveWhere<T>(Google.Protobuf.Collections.RepeatedField<T> list, Predicate<T> matches)
    {
        for (int i = list.Count - 1; i >= 0; i--)
        {
            if (matches(list[i]))
                list.RemoveAt(i);
        }
    }
}
