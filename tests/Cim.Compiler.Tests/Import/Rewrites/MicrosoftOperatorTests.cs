using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime.Tensors;
using Xunit;

namespace Cim.Compiler.Tests.Import.Rewrites;

/// <summary>What ONNX Runtime's optimiser writes in its own domain, against ONNX Runtime.</summary>
public sealed class MicrosoftOperatorTests
{
    private const string Domain = "com.microsoft.";

    private static int Layers(ModelBuilder model, double relative = 2e-5) =>
        MvmLayers.Find(ImportAssert.SameAsOnnxRuntime(model, relative: relative)).Length;

    [Theory]
    [InlineData("Gelu", "x")]
    [InlineData("BiasGelu", "x b")]
    [InlineData("FastGelu", "x")]
    [InlineData("FastGelu", "x b")]
    [InlineData("QuickGelu", "x")]
    public void Gelu_in_all_its_forms(string op, string inputs) =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", -1, 5, 6).Uniform("b", -1, 1, 6).Node(Domain + op, inputs, "y")
            .Output("y"), low: -3, high: 3);

    [Theory]
    [InlineData("SkipLayerNormalization", "x s g b c")]
    [InlineData("SkipLayerNormalization", "x s g")]
    [InlineData("SkipSimplifiedLayerNormalization", "x s g c")]
    public void Normalised_sums_and_the_sum_itself(string op, string inputs) =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", -1, 5, 6).Input("s", -1, 5, 6).Uniform("g", 0.5f, 2, 6)
            .Uniform("b", -1, 1, 6).Uniform("c", -1, 1, 6).Node(Domain + op, inputs, "y _ _ sum", ("epsilon", 1e-5f)).Output("y")
                .Output("sum"));

    [Fact]
    public void Simplified_layer_normalization() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", -1, 5, 6).Uniform("g", 0.5f, 2, 6)
            .Node("SimplifiedLayerNormalization", "x g", "y", ("axis", -1), ("epsilon", 1e-5f)).Output("y"));

    [Theory]
    [InlineData("Relu", null)]
    [InlineData("LeakyRelu", new[] { 0.2f })]
    [InlineData("Clip", new[] { -0.5f, 0.5f })]
    [InlineData("HardSigmoid", new[] { 0.3f, 0.4f })]
    public void FusedConv_is_a_layer_an_addition_and_an_activation(string activation, float[]? parameters)
    {
        (string, object)[] attributes = parameters is null ? [("activation", activation), ("pads", new[] { 1, 1, 1, 1 })]
            : [("activation", activation), ("activation_params", parameters), ("pads", new[] { 1, 1, 1, 1 })];
        Assert.Equal(1, Layers(new ModelBuilder().Input("x", -1, 3, 5, 5).Input("z", -1, 4, 5, 5).Weight("w", 4, 3, 3, 3).Weight("b", 4)
            .Node(Domain + "FusedConv", "x w b z", "y", attributes).Output("y")));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void FusedMatMul_is_a_scaled_product(int transA, int transB)
    {
        ModelBuilder model = new ModelBuilder().Input("x", transA == 0 ? [-1, 3, 5, 6] : [-1, 3, 6, 5]);
        model.Weight("w", transB == 0 ? [6, 7] : [7, 6]);
        Assert.Equal(1, Layers(model.Node(Domain + "FusedMatMul", "x w", "y", ("transA", transA), ("transB", transB), ("alpha", 0.5f))
            .Output("y")));
    }

    [Fact]
    public void FusedGemm_is_a_layer_and_an_activation() =>
        Assert.Equal(1, Layers(new ModelBuilder().Input("x", -1, 6).Weight("w", 6, 7).Weight("b", 7)
            .Node(Domain + "FusedGemm", "x w b", "y", ("activation", "LeakyRelu"), ("activation_alpha", 0.3f)).Output("y")));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Attention_projects_on_crossbars(int unidirectional) =>
        Assert.Equal(1, Layers(new ModelBuilder().Input("x", -1, 5, 8).Weight("w", 8, 24).Uniform("b", -1, 1, 24)
            .Node(Domain + "Attention", "x w b", "y", ("num_heads", 2), ("unidirectional", unidirectional)).Output("y")));

    [Fact]
    public void Attention_of_an_encoder_hides_masked_keys() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", 2, 4, 8).Weight("w", 8, 24).Uniform("b", -1, 1, 24)
            .Constant("mask", Tensor.Create<int>(new Shape(2, 4), [1, 1, 1, 0, 1, 1, 0, 0]))
            .Node(Domain + "Attention", "x w b mask", "y", ("num_heads", 2)).Output("y"));

    [Fact]
    public void MultiHeadAttention_of_three_inputs() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("q", -1, 5, 8).Input("k", -1, 7, 8).Input("v", -1, 7, 8)
            .Uniform("b", -1, 1, 24).Node(Domain + "MultiHeadAttention", "q k v b", "y", ("num_heads", 2)).Output("y"));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Rotary_embedding_turns_pairs(int interleaved) =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", 2, 3, 8)
            .Constant("p", Tensor.Create<long>(new Shape(2, 3), [0, 1, 2, 4, 5, 6])).Uniform("c", -1, 1, 10, 2).Uniform("s", -1, 1, 10, 2)
            .Node(Domain + "RotaryEmbedding", "x p c s", "y", ("interleaved", interleaved)).Output("y"));
}
