using System.Collections.Immutable;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;
using Kind = Cim.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace Cim.Compiler.Tests.Import.Rewrites;

/// <summary>If, Loop and functions of the model itself: written out in place.</summary>
public sealed class ControlFlowTests
{
    private static GraphProto Graph(ModelBuilder builder) => builder.Model.Graph;

    private static Tensor Bool(bool value) => new(ElementType.Bool, Shape.Scalar, new[] { value ? (byte)1 : (byte)0 });

    [Theory]
    [InlineData(true, "Relu")]
    [InlineData(false, "Tanh")]
    public void If_on_a_constant_is_the_chosen_branch(bool condition, string op)
    {
        GraphProto then = Graph(new ModelBuilder().Scalar("two", 2).Node("Mul", "x two", "t").Node("Relu", "t", "y").Output("y"));
        GraphProto other = Graph(new ModelBuilder().Node("Tanh", "x", "y").Output("y"));
        Graph graph = ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", -1, 5).Constant("c", Bool(condition))
            .Node("If", "c", "z", ("then_branch", then), ("else_branch", other)).Node("Abs", "z", "r").Output("r"));
        Assert.Contains(graph.Nodes, n => n.Op == op);
        Assert.DoesNotContain(graph.Nodes, n => n.Op == "If");
    }

    [Fact]
    public void If_on_a_shape_as_exporters_write_for_squeeze_is_the_chosen_branch()
    {
        GraphProto then = Graph(new ModelBuilder().Ints("axes", 2).Node("Squeeze", "x axes", "y").Output("y"));
        GraphProto other = Graph(new ModelBuilder().Node("Identity", "x", "y").Output("y"));
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", -1, 5, 1).Constant("at", Tensor.Scalar(2L))
            .Constant("one", Tensor.Scalar(1L)).Node("Shape", "x", "s").Node("Gather", "s at", "d").Node("Equal", "d one", "c")
            .Node("If", "c", "z", ("then_branch", then), ("else_branch", other)).Node("Abs", "z", "r").Output("r"));
    }

    [Fact]
    public void If_on_the_data_is_both_branches_and_a_choice()
    {
        GraphProto then = Graph(new ModelBuilder().Node("Relu", "x", "y").Output("y"));
        GraphProto other = Graph(new ModelBuilder().Node("Tanh", "x", "y").Output("y"));
        Graph graph = ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", 2, 5).Scalar("zero", 0)
            .Node("ReduceSum", "x", "m", ("keepdims", 0)).Node("Greater", "m zero", "c")
            .Node("If", "c", "z", ("then_branch", then), ("else_branch", other)).Output("z"));
        Assert.Contains(graph.Nodes, n => n.Op == "Where");
    }

    [Fact]
    public void If_on_the_data_between_results_of_different_shapes_is_refused_and_names_the_input_that_can_be_set()
    {
        GraphProto then = Graph(new ModelBuilder().Node("Identity", "x", "y").Output("y"));
        GraphProto other = Graph(new ModelBuilder().Ints("axes", 1).Node("ReduceSum", "x axes", "y").Output("y"));
        ModelBuilder model = new ModelBuilder().Input("x", -1, 5).Constant("two", Tensor.Scalar(2L)).Node("Equal", "rate two", "c")
            .Node("If", "c", "z", ("then_branch", then), ("else_branch", other)).Output("z");
        model.Model.Graph.Input.Add(ModelBuilder.Value("rate", 7));
        ImportAssert.Fails(model, ErrorCodes.UnsupportedOperators, "its condition is computed from the data", "--dim rate=...");
        foreach ((int rate, int nodes) in new[] { (2, 1), (3, 1) })
        {
            Graph graph = OnnxImporter.Import(model.Bytes, null, ImportOptions.Default with
            {
                Dimensions = ImmutableDictionary<string, int>.Empty.Add("rate", rate),
            });
            Assert.Equal(["x"], graph.Inputs);
            Assert.Equal(nodes, graph.Nodes.Length);
            Assert.Equal(rate == 2 ? "Identity" : "ReduceSum", graph.Nodes[0].Op);
        }
    }

    [Fact]
    public void Unsupported_operators_of_the_chosen_branch_are_reported_and_those_of_the_other_are_not()
    {
        GraphProto then = Graph(new ModelBuilder().Node("Frobnicate", "x", "y").Output("y"));
        GraphProto other = Graph(new ModelBuilder().Node("Relu", "x", "y").Output("y"));
        ModelBuilder Model(bool condition) => new ModelBuilder().Input("x", -1, 5).Constant("c", Bool(condition))
            .Node("If", "c", "z", ("then_branch", then), ("else_branch", other)).Output("z");
        ImportAssert.Fails(Model(true), ErrorCodes.UnsupportedOperators, "Frobnicate");
        Assert.Equal("Relu", Assert.Single(OnnxImporter.Import(Model(false).Bytes, null).Nodes).Op);
    }

    [Fact]
    public void Loop_with_a_known_number_of_rounds_is_unrolled()
    {
        ModelBuilder body = new ModelBuilder().Scalar("half", 0.5f).Node("Identity", "c_in", "c_out").Node("Mul", "s_in half", "h")
            .Node("Add", "h x", "s_out").Node("Tanh", "s_out", "scan").Output("c_out", 9).Output("s_out").Output("scan");
        body.Model.Graph.Input.Add(ModelBuilder.Value("i", 7));
        body.Model.Graph.Input.Add(ModelBuilder.Value("c_in", 9));
        body.Model.Graph.Input.Add(ModelBuilder.Value("s_in", 1, -1, 5));
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", -1, 5).Constant("n", Tensor.Scalar(3L)).Constant("go", Bool(true))
            .Node("Loop", "n go x", "last all", ("body", Graph(body))).Node("ReduceSum", "all zero", "sum", ("keepdims", 0)).Ints("zero", 0)
            .Output("last").Output("sum"));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    public void Scan_is_unrolled_in_either_direction(int inputDirection, int outputDirection)
    {
        ModelBuilder body = new ModelBuilder().Node("Add", "s_in x_t", "s_out").Node("Tanh", "s_out", "y_t").Output("s_out").Output("y_t");
        body.Model.Graph.Input.Add(ModelBuilder.Value("s_in", 1, 2, 5));
        body.Model.Graph.Input.Add(ModelBuilder.Value("x_t", 1, 2, 5));
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("s", 2, 5).Input("x", 2, 4, 5).Node("Scan", "s x", "last all",
            ("body", Graph(body)), ("num_scan_inputs", 1), ("scan_input_axes", new[] { 1 }), ("scan_output_axes", new[] { 1 }),
            ("scan_input_directions", new[] { inputDirection }), ("scan_output_directions", new[] { outputDirection }))
            .Output("last").Output("all"), new ImportOptions { GeneraliseBatch = false });
    }

    [Fact]
    public void Functions_of_the_model_are_written_out_with_the_attributes_of_each_call()
    {
        ModelBuilder model = new ModelBuilder().Input("x", -1, 5).Node("own.Twice", "x", "a", ("slope", 0.3f)).Node("own.Twice", "a", "y")
            .Output("y");
        var inner = new FunctionProto { Name = "Leak", Domain = "own", Input = { "v" }, Output = { "w" }, Attribute = { "slope" } };
        var leaky = new NodeProto { OpType = "LeakyRelu", Input = { "v" }, Output = { "w" } };
        leaky.Attribute.Add(new AttributeProto { Name = "alpha", Type = Kind.Float, RefAttrName = "slope" });
        inner.Node.Add(leaky);
        var twice = new FunctionProto { Name = "Twice", Domain = "own", Input = { "x" }, Output = { "y" } };
        twice.AttributeProto.Add(new AttributeProto { Name = "slope", Type = Kind.Float, F = 0.7f });
        for (int i = 0; i < 2; i++)
        {
            var call = new NodeProto { OpType = "Leak", Domain = "own", Input = { i == 0 ? "x" : "t" }, Output = { i == 0 ? "t" : "y" } };
            call.Attribute.Add(new AttributeProto { Name = "slope", Type = Kind.Float, RefAttrName = "slope" });
            twice.Node.Add(call);
        }

        foreach (FunctionProto function in (FunctionProto[])[inner, twice])
        {
            function.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
            function.OpsetImport.Add(new OperatorSetIdProto { Domain = "own", Version = 1 });
            model.Model.Functions.Add(function);
        }

        Graph graph = ImportAssert.SameAsOnnxRuntime(model);
        Assert.Equal([0.3f, 0.3f, 0.7f, 0.7f], graph.Nodes.Select(n => n.Attributes.Float("alpha", 0)));
    }

    [Fact]
    public void A_function_that_calls_itself_is_an_error_and_not_the_end_of_the_process()
    {
        ModelBuilder model = new ModelBuilder().Input("x", -1, 5).Node("own.F", "x", "y").Output("y");
        var function = new FunctionProto { Name = "F", Domain = "own", Input = { "x" }, Output = { "y" } };
        function.Node.Add(new NodeProto { OpType = "F", Domain = "own", Input = { "x" }, Output = { "y" } });
        model.Model.Functions.Add(function);
        ImportAssert.Fails(model, ErrorCodes.InvalidGraph, "calls itself");
    }

    [Fact]
    public void Functions_that_multiply_each_other_are_an_error_and_not_the_end_of_the_memory()
    {
        ModelBuilder model = new ModelBuilder().Input("x", -1, 5).Node("own.F0", "x", "y").Output("y");
        for (int i = 0; i < 25; i++)
        {
            var function = new FunctionProto { Name = $"F{i}", Domain = "own", Input = { "x" }, Output = { "y" } };
            string called = i == 24 ? "Relu" : $"F{i + 1}", domain = i == 24 ? "" : "own";
            function.Node.Add(new NodeProto { OpType = called, Domain = domain, Input = { "x" }, Output = { "t" } });
            function.Node.Add(new NodeProto { OpType = called, Domain = domain, Input = { "t" }, Output = { "y" } });
            model.Model.Functions.Add(function);
        }

        ImportAssert.Fails(model, ErrorCodes.InvalidGraph, "written out");
    }
}
