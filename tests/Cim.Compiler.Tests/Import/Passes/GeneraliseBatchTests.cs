using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Passes;

/// <summary>Afterwards a model for a fixed number of images takes any number, if it treats images apart.</summary>
public sealed class GeneraliseBatchTests
{
    [Fact]
    public void A_model_for_one_image_takes_many_if_it_treats_them_apart()
    {
        ModelBuilder m = new ModelBuilder().Input("x", 1, 3, 8, 8).Weight("w", 4, 3, 3, 3).Ints("flat", 1, 144).Ints("heads", 1, 12, 12)
            .Weight("v", 12, 5)
            .Node("Conv", "x w", "a").Node("Transpose", "a", "b", ("perm", new[] { 0, 2, 3, 1 })).Node("Reshape", "b flat", "c")
            .Node("Reshape", "c heads", "d").Node("MatMul", "d v", "e").Node("Softmax", "e", "f", ("axis", -1)).Output("f");
        Graph graph = ImportAssert.SameAsOnnxRuntime(m);
        Assert.Equal(new Shape(-1, 12, 5), graph.Values["f"].Shape);

        Tensor batch = TensorAssert.Random(new Shape(3, 3, 8, 8), 2);
        Tensor together = GraphEvaluator.Run(graph, new Dictionary<string, Tensor> { ["x"] = batch })["f"];
        for (int i = 0; i < 3; i++)
        {
            var one = new Tensor(ElementType.Float32, new Shape(1, 3, 8, 8), batch.Data.Slice(i * 192 * 4, 192 * 4));
            Tensor alone = OnnxRuntimeReference.Run(m.Bytes, new Dictionary<string, Tensor> { ["x"] = one })["f"];
            TensorAssert.Close(
                alone, new Tensor(ElementType.Float32, new Shape(1, 12, 5), together.Data.Slice(i * 240, 240)), 1e-5, "image");
        }
    }

    [Theory]
    [InlineData("ReduceMean over the batch")]
    [InlineData("Softmax over the batch")]
    [InlineData("Transpose of the batch")]
    [InlineData("constant per row")]
    public void A_model_that_mixes_along_the_batch_keeps_its_batch_of_one(string mixture)
    {
        ModelBuilder m = new ModelBuilder().Input("x", 1, 4).Ints("axes", 0).Uniform("k", -1, 1, 2, 4);
        _ = mixture switch
        {
            "ReduceMean over the batch" => m.Node("ReduceMean", "x", "y", ("axes", new[] { 0 }), ("keepdims", 1)),
            "Softmax over the batch" => m.Node("Softmax", "x", "y", ("axis", 0)),
            "Transpose of the batch" => m.Node("Transpose", "x", "y", ("perm", new[] { 1, 0 })),
            _ => m.Node("Add", "x k", "y"),
        };
        Assert.False(ImportAssert.SameAsOnnxRuntime(m.Output("y")).HasSymbolicBatch);
    }

    [Fact]
    public void A_model_for_a_fixed_number_of_images_takes_any()
    {
        ModelBuilder m = new ModelBuilder().Input("x", 4, 2, 3).Ints("flat", 4, 6).Weight("w", 6, 5).Node("Reshape", "x flat", "f")
            .Node("MatMul", "f w", "y").Output("y");
        Graph graph = OnnxImporter.Import(m.Bytes, null);
        Assert.Equal(new Shape(-1, 5), graph.Values["y"].Shape);
        Tensor x = TensorAssert.Random(new Shape(4, 2, 3), 3);
        var inputs = new Dictionary<string, Tensor> { ["x"] = x };
        TensorAssert.Close(OnnxRuntimeReference.Run(m.Bytes, inputs)["y"], GraphEvaluator.Run(graph, inputs)["y"], 1e-5, "y");
    }

    [Fact]
    public void A_free_batch_with_a_reshape_written_for_one_image_is_freed_again()
    {
        ModelBuilder m = new ModelBuilder().Input("x", -1, 2, 3).Ints("flat", 1, 6).Weight("w", 6, 5).Node("Reshape", "x flat", "f")
            .Node("MatMul", "f w", "y").Output("y");
        Assert.Equal(new Shape(-1, 5), ImportAssert.SameAsOnnxRuntime(m, batch: 1).Values["y"].Shape);
    }
}
