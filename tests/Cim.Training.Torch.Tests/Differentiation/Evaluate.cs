using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Differentiation;
using Cim.Training.Operators;
using Cim.Training.Ort;
using Cim.Training.Torch.Graphs;
using Cim.Training.Torch.Nodes;
using Cim.Training.Torch.Tests;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;
using DataType = Cim.Onnx.Proto.TensorProto.Types.DataType;

namespace Cim.Training.Tests.Differentiation;

/// <summary>Stands in for the class of this name: gives the same values, and compares each gradient with that of autograd on the
/// way.</summary>
internal static class Evaluate
{
    /// <summary>The gradient of sum(value) with respect to an initializer, by our rules; autograd gives the same.</summary>
    public static float[] Gradient(GraphBuilder builder, string value, string with)
    {
        _ = TorchMachine.Engine;
        string loss = builder.Op("ReduceSum", [value], Attributes.Int("keepdims", 0));
        GraphProto composite = builder.Graph.Clone();
        GraphProto lowered = CompositeOperators.Lower(builder.Graph, DataType.Float, OperatorRules.All);
        Dictionary<string, long[]> shapes = ShapeProbe.Run(lowered);
        string gradient = new Differentiator(OperatorRules.All)
            .Append(new DifferentiableGraph(builder.Graph, lowered, shapes), loss, [with])[0]!;
        float[] rule = Values(lowered, gradient, shapes[with]);
        float[] autograd = OfAutograd(composite, shapes, loss, with);
        float scale = Math.Max(1e-3f, autograd.Max(Math.Abs));
        Assert.Equal(autograd.Length, rule.Length);
        for (int i = 0; i < rule.Length; i++)
            Assert.True(Math.Abs(autograd[i] - rule[i]) <= 1e-4f * scale,
                FormattableString.Invariant($"d/d{with}[{i}]: autograd {autograd[i]:R}, rule {rule[i]:R}"));
        return rule;
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

    private static float[] OfAutograd(GraphProto graph, Dictionary<string, long[]> shapes, string loss, string with)
    {
        using DisposeScope scope = NewDisposeScope();
        using var operations = new TorchGraph(graph, shapes, ScalarType.Float32, CPU);
        float[] start = Tensors.ToFloats(graph.Initializer.Single(tensor => tensor.Name == with));
        Tensor leaf = TorchValues.OnDevice(start, shapes[with], ScalarType.Float32, CPU).detach().requires_grad_(true);
        operations.Run([KeyValuePair.Create(with, leaf)], [loss])[0].backward();
        return leaf.grad is { IsInvalid: false } gradient ? gradient.contiguous().data<float>().ToArray() : new float[start.Length];
    }
}
