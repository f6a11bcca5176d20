using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Fuzz;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Compiler.Tests.Import.Rewrites;

/// <summary>Standard operators that are written out in others, against ONNX Runtime over random shapes and attributes.</summary>
public sealed class StandardOperatorTests
{
    private static IEnumerable<(int A, int B, int C, int D)> Sizes(int count) => FuzzSettings.Of(
        Gen.Select(Gen.Int[1, 6], Gen.Int[1, 6], Gen.Int[1, 6], Gen.Int[1, 4]), FuzzSettings.Cases(count)).Select(c => c.Case);

    private static void Same(int opset, string op, int[] shape, params (string, object)[] attributes) =>
        ImportAssert.SameAsOnnxRuntime(
            new ModelBuilder(opset).Input("x", shape).Node(op, "x", "y", attributes).Output("y"), low: -2, high: 2);

    [Fact]
    public void Group_normalization_of_both_definitions()
    {
        foreach ((int groups, int perGroup, int h, int w) in Sizes(12))
            foreach (int opset in (int[])[18, 21])
                ImportAssert.SameAsOnnxRuntime(new ModelBuilder(opset).Input("x", -1, groups * perGroup, h + 1, w)
                    .Uniform("s", 0.5f, 2, opset == 18 ? groups : groups * perGroup)
                    .Uniform("b", -1, 1, opset == 18 ? groups : groups * perGroup)
                    .Node("GroupNormalization", "x s b", "y", ("num_groups", groups), ("epsilon", 1e-2f)).Output("y"), relative: 1e-4);
    }

    [Fact]
    public void Local_response_normalization_of_any_width()
    {
        foreach ((int channels, int h, int w, int size) in Sizes(12))
            Same(13, "LRN", [-1, channels, h, w], ("size", (2 * size) - 1), ("alpha", 0.3f), ("beta", 0.6f), ("bias", 1.2f));
    }

    [Fact]
    public void Norms_and_their_pools()
    {
        foreach ((int a, int b, int c, int p) in Sizes(12))
        {
            Same(17, "LpNormalization", [-1, a, b, c], ("axis", (p % 3) + 1), ("p", (p % 2) + 1));
            Same(17, "GlobalLpPool", [-1, a, b, c], ("p", p));
            Same(18, "LpPool", [-1, a, b + 2, c + 2], ("p", p), ("kernel_shape", new[] { 2, 3 }), ("pads", new[] { 1, 0, 0, 1 }));
        }
    }

    [Fact]
    public void Mean_variance_and_root_mean_square_normalization()
    {
        foreach ((int a, int b, int c, _) in Sizes(8))
        {
            Same(13, "MeanVarianceNormalization", [-1, a + 1, b + 1, c + 1], ("axes", new[] { 2, 3 }));
            ImportAssert.SameAsOnnxRuntime(new ModelBuilder(23).Input("x", -1, a, b + 1).Uniform("s", 0.5f, 2, b + 1)
                .Node("RMSNormalization", "x s", "y", ("epsilon", 1e-3f)).Output("y"));
        }
    }

    [Fact]
    public void Shrink_hardmax_and_special_numbers()
    {
        Same(13, "Shrink", [-1, 40], ("lambd", 0.7f), ("bias", 0.2f));
        foreach (int axis in (int[])[1, 2, -1]) Same(13, "Hardmax", [-1, 4, 5], ("axis", axis));
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(13).Input("x", -1, 9).Scalar("zero", 0).Node("Div", "x zero", "i")
            .Node("Sub", "i i", "n").Node("IsNaN", "n", "a").Node("IsInf", "i", "b", ("detect_negative", 0))
                .Node("Cast", "a", "y", ("to", 1))
            .Node("Cast", "b", "z", ("to", 1)).Output("y").Output("z"));
    }

    [Theory]
    [InlineData("abc->cab")]
    [InlineData("abc,acd->abd")]
    [InlineData("abc,cd->abd")]
    [InlineData("abc,dc->adb")]
    [InlineData("abc,abc->a")]
    [InlineData("abc,abc->abc")]
    [InlineData("abcd,aecd->abe")]
    [InlineData("abcd,abed->aebc")]
    [InlineData("...ij,...jk->...ik")]
    [InlineData("abb->ab")]
    [InlineData("abc,ad->abcd")]
    [InlineData("abc,c")]
    public void Einsum(string equation)
    {
        var sizes = new Dictionary<char, int> { ['a'] = 3, ['b'] = 4, ['c'] = 5, ['d'] = 2, ['e'] = 6, ['i'] = 4, ['j'] = 5, ['k'] = 6 };
        string[] terms = equation.Split("->")[0].Replace("...", "a", StringComparison.Ordinal).Split(',');
        ModelBuilder model = new(13);
        for (int i = 0; i < terms.Length; i++) model.Input($"x{i}", [.. terms[i].Select(c => sizes[c])]);
        ImportAssert.SameAsOnnxRuntime(model.Node("Einsum", string.Join(' ', terms.Select((_, i) => $"x{i}")), "y", ("equation", equation))
            .Output("y"), new Compiler.Import.ImportOptions { GeneraliseBatch = false });
    }

    [Fact]
    public void Einsum_with_constant_weights_is_a_layer_for_crossbars() =>
        Assert.Single(MvmLayers.Find(ImportAssert.SameAsOnnxRuntime(new ModelBuilder(13).Input("x", -1, 5, 6).Weight("w", 6, 2, 3)
            .Node("Einsum", "x w", "y", ("equation", "btd,dhk->bthk")).Output("y"))));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-1, 1)]
    [InlineData(2, 0)]
    public void Triangles(int k, int upper) =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(14).Input("x", -1, 4, 5).Constant("k", Tensor.Scalar((long)k))
            .Node("Trilu", "x k", "y", ("upper", upper)).Output("y"));

    [Theory]
    [InlineData(-1)]
    [InlineData(1)]
    public void OneHot_of_a_constant_depth(int axis) =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(13).Input("x", -1, 9).Node("Cast", "x", "i", ("to", 7))
            .Constant("d", Tensor.Scalar(6L)).Constant("v", Tensor.Create<float>(new Shape(2), [-0.5f, 2]))
            .Node("OneHot", "i d v", "y", ("axis", axis)).Output("y"), low: -5, high: 5);

    [Theory]
    [InlineData("none", false)]
    [InlineData("mean", true)]
    [InlineData("sum", true)]
    public void Losses(string reduction, bool weighted)
    {
        ModelBuilder model = new ModelBuilder(13).Input("x", 6, 4).Constant("t", Tensor.Create<long>(new Shape(6), [0, 3, 1, 2, 2, 0]))
            .Uniform("w", 0.5f, 2, 4);
        foreach (string op in (string[])["NegativeLogLikelihoodLoss", "SoftmaxCrossEntropyLoss"])
            model.Node(op, weighted ? "x t w" : "x t", op, ("reduction", reduction), ("ignore_index", 2)).Output(op);
        ImportAssert.SameAsOnnxRuntime(model, new Compiler.Import.ImportOptions { GeneraliseBatch = false });
    }

    [Fact]
    public void Attention_with_grouped_queries_and_causal_order()
    {
        foreach ((int queries, int heads, int size, int repeat) in Sizes(8))
            ImportAssert.SameAsOnnxRuntime(new ModelBuilder(23).Input("q", -1, heads * repeat, queries, size)
                .Input("k", -1, heads, queries, size).Input("v", -1, heads, queries, size)
                .Node("Attention", "q k v", "y", ("is_causal", 1)).Output("y"), relative: 1e-4);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    public void Rotary_embedding(int partial) =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(23).Input("x", 2, 3, 5, 8).Uniform("c", -1, 1, 2, 5, partial == 0 ? 4 : 2)
            .Uniform("s", -1, 1, 2, 5, partial == 0 ? 4 : 2).Node("RotaryEmbedding", "x c s", "y", ("rotary_embedding_dim", partial))
                .Output("y"));

    [Fact]
    public void Casts_to_half_that_are_results_are_rounded() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder(13).Input("x", -1, 50).Node("Cast", "x", "h", ("to", 10))
            .Node("Cast", "h", "y", ("to", 1)).Output("y"), relative: 1e-3);

    [Fact]
    public void Lists_of_indices_that_depend_on_the_data_are_refused_with_the_reason() =>
        ImportAssert.Fails(new ModelBuilder(13).Input("x", -1, 9).Node("NonZero", "x", "y").Output("y", 7),
            ErrorCodes.UnsupportedOperators, "NonZero", "must be known when the model is compiled");
}
