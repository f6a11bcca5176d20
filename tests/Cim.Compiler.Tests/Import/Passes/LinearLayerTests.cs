using Cim.Compiler.Import;
using Cim.Compiler.Import.Passes;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Scales and shifts next to a layer, moved into its weights and bias.</summary>
public sealed class LinearLayerTests
{
    private static readonly float[] _scale = [2, -1, 0.5f, 3], _shift = [1, 0, -2, 0.25f];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Behind_a_convolution_they_act_on_its_outputs(int groups)
    {
        ModelBuilder m = Grouped(groups);
        (Graph before, Graph after) = Changed(m, (layer, editor) => layer.ScaleOutputs(editor, _scale, _shift));
        Tensor x = TensorAssert.Random(new Shape(2, 4, 5, 5), 3), y = Run(before, x);
        float[] scaled = [.. y.Span<float>().ToArray().Select((v, i) => (v * _scale[i / 9 % 4]) + _shift[i / 9 % 4])];
        TensorAssert.Close(Tensor.Create<float>(y.Shape, scaled), Run(after, x), 1e-5, "y");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Before_a_convolution_they_act_on_its_inputs(int groups)
    {
        ModelBuilder m = Grouped(groups);
        (Graph before, Graph after) = Changed(m, (layer, editor) => layer.ScaleInputs(editor, _scale, _shift));
        Tensor x = TensorAssert.Random(new Shape(2, 4, 5, 5), 3);
        float[] scaled = [.. x.Span<float>().ToArray().Select((v, i) => (v * _scale[i / 25 % 4]) + _shift[i / 25 % 4])];
        TensorAssert.Close(Run(before, Tensor.Create<float>(x.Shape, scaled)), Run(after, x), 1e-5, "y");
    }

    [Fact]
    public void A_weight_somebody_else_reads_is_left_to_them()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 4, 5, 5).Weight("w", 4, 4, 1, 1).Node("layer", "Conv", "x w", "y")
            .Node("Conv", "x w", "z").Output("y").Output("z");
        (Graph before, Graph after) = Changed(m, (layer, editor) => layer.ScaleOutputs(editor, _scale, _shift));
        Assert.Equal(before.Constants["w"].Span<float>().ToArray(), after.Constants["w"].Span<float>().ToArray());
        Assert.NotEqual("w", after.Nodes.Single(n => n.Name == "layer").Inputs[1]);
    }

    [Theory]
    [InlineData("transB", true)]
    [InlineData("transA", false)]
    public void Only_layers_of_the_one_form_are_folded_into(string attribute, bool isLinear)
    {
        Graph graph = Import(
            new ModelBuilder().Input("x", 4, 4).Weight("w", 4, 4).Node("layer", "Gemm", "x w", "y", (attribute, 1)).Output("y"));
        var editor = new GraphEditor(graph);
        Assert.Equal(isLinear, LinearLayer.Of(editor, graph.Nodes.Single(n => n.Name == "layer")) is not null);
    }

    private static ModelBuilder Grouped(int groups) => new ModelBuilder().Input("x", -1, 4, 5, 5).Weight("w", 4, 4 / groups, 3, 3)
        .Uniform("b", -1, 1, 4).Node("layer", "Conv", "x w b", "y", ("group", groups)).Output("y");

    private static Graph Import(ModelBuilder model) =>
        OnnxImporter.Import(model.Bytes, null, ImportOptions.Default with { Optimise = false });

    private static (Graph Before, Graph After) Changed(ModelBuilder model, Action<LinearLayer, GraphEditor> change)
    {
        Graph graph = Import(model);
        var editor = new GraphEditor(graph);
        change(LinearLayer.Of(editor, editor.Find("layer")!)!, editor);
        return (graph, editor.Build());
    }

    private static Tensor Run(Graph graph, Tensor x) => GraphEvaluator.Run(graph, new Dictionary<string, Tensor> { ["x"] = x })["y"];
}
