using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;
using Cim.Training.Operators;
using Cim.Training.Ort;
using DataType = Cim.Onnx.Proto.TensorProto.Types.DataType;

namespace Cim.Training.Tests.Differentiation;

/// <summary>Runs small float32 graphs.</summary>
internal static class Evaluate
{
    /// <summary>The gradient of sum(value) with respect to an initializer.</summary>
    public static float[] Gradient(GraphBuilder builder, string value, string with)
    {
        string loss = builder.Op("ReduceSum", [value], Attributes.Int("keepdims", 0));
        GraphProto lowered = CompositeOperators.Lower(builder.Graph, DataType.Float, OperatorRules.All);
        Dictionary<string, long[]> shapes = ShapeProbe.Run(lowered);
        string gradient = new Differentiator(OperatorRules.All)
            .Append(new DifferentiableGraph(builder.Graph, lowered, shapes), loss, [with])[0]!;
        return Values(lowered, gradient, shapes[with]);
    }

    /// <summary>One value of a graph without inputs.</summary>
    public static float[] Values(GraphProto graph, string name, long[] dims)
    {
        GraphProto copy = graph.Clone();
        string output = new GraphBuilder(copy).Op("Identity", name);
        copy.Output.Clear();
        copy.Output.Add(Tensors.ValueInfo(output, DataType.Float, dims));
        var values = new float[Tensors.Count(dims)];
        using var session = new PinnedSession(copy, new Dictionary<string, float[]> { [output] = values }, 1);
        session.Run();
        return values;
    }
}
