using System.Collections.Immutable;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Import;

/// <summary>An input with a fixed value is a constant: what branches on it has one branch left.</summary>
public sealed class FixedInputTests
{
    /// <summary>x times 2 where the rate is 16000, else times 3, behind a layer: as voice-activity networks choose their front
    /// end.</summary>
    private static ModelBuilder Branches()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 4).Weight("w", 4, 3).Node("layer", "MatMul", "x w", "h")
            .Constant("wide", Cim.Runtime.Tensors.Tensor.Scalar(16000L)).Node("Equal", "rate wide", "is")
            .Node("If", "is", "y", ("then_branch", Branch("two", 2)), ("else_branch", Branch("three", 3))).Output("y");
        m.Model.Graph.Input.Add(ModelBuilder.Value("rate", 7));
        return m;

        static GraphProto Branch(string name, float factor)
        {
            var graph = new GraphProto { Name = name };
            graph.Initializer.Add(new TensorProto { Name = name, DataType = 1, FloatData = { factor } });
            var node = new NodeProto { OpType = "Mul", Name = "times_" + name };
            node.Input.Add(["h", name]);
            node.Output.Add("scaled_" + name);
            graph.Node.Add(node);
            graph.Output.Add(ModelBuilder.Value("scaled_" + name, 1, -1, 3));
            return graph;
        }
    }

    private static Graph Import(ModelBuilder m, params (string Name, double[] Values)[] values) => OnnxImporter.Import(m.Bytes, null,
        ImportOptions.Default with { FixedInputs = values.ToImmutableDictionary(v => v.Name, v => v.Values.ToImmutableArray()) });

    private static string Refused(ModelBuilder m, params (string, double[])[] values)
    {
        var e = Assert.Throws<CimException>(() => Import(m, values));
        Assert.Equal(ErrorCodes.WrongUsage, e.Code);
        return e.Message;
    }

    [Theory]
    [InlineData(16000, 2)]
    [InlineData(8000, 3)]
    public void A_branch_on_it_is_taken_at_import(double rate, float factor)
    {
        Graph graph = Import(Branches(), ("rate", [rate]));
        Assert.Equal(["x"], graph.Inputs);
        Assert.DoesNotContain(graph.Nodes, n => n.Op is "If" or "Equal");
        float[] x = [1, -2, 0.5f, 3];
        float[] w = graph.Constants.Values.Single(c => c.Shape.Rank == 2).Span<float>().ToArray();
        float[] plain = OnnxImporter.Import(new ModelBuilder().Input("x", -1, 4).Weight("w", 4, 3).Node("layer", "MatMul", "x w", "y")
            .Output("y").Bytes, null).Constants.Values.Single(c => c.Shape.Rank == 2).Span<float>().ToArray();
        Assert.Equal(x.Length * 3, w.Length);
        Assert.Equal(plain.Select(v => v * factor), graph.Nodes.Length == 1 ? w : w.Select(v => v * factor));
    }

    [Fact]
    public void One_value_stands_for_all_elements_and_several_for_one_each()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 3).Input("offset", 3).Node("Add", "x offset", "y").Output("y");
        Assert.Equal([2f, 2, 2], Import(m, ("offset", [2])).Constants["offset"].Span<float>().ToArray());
        Assert.Equal([1f, 0, -1], Import(m, ("offset", [1, 0, -1])).Constants["offset"].Span<float>().ToArray());
        Assert.Contains("2 values for an input of 3 elements", Refused(m, ("offset", [1, 2])), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_input_is_an_error_with_the_nearest_name() => Assert.Contains(
        "--fix is 'rte=3', but the model has no input 'rte': its inputs are 'x', 'rate'; 'rate' is the nearest",
        Refused(Branches(), ("rte", [3])), StringComparison.Ordinal);

    [Fact]
    public void A_value_the_type_does_not_have_is_an_error() =>
        Assert.Contains("of type Int64, which has no value 0.5", Refused(Branches(), ("rate", [0.5])), StringComparison.Ordinal);
}
