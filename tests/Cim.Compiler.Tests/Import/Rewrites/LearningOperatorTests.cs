using Cim.Compiler.Ir;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Xunit;

namespace Cim.Compiler.Tests.Import.Rewrites;

/// <summary>What scikit-learn's exporter puts around a network (ai.onnx.ml), against ONNX Runtime.</summary>
public sealed class LearningOperatorTests
{
    private const string Domain = "ai.onnx.ml.";

    [Fact]
    public void Scaler_is_folded_into_the_layer_behind_it()
    {
        Graph graph = ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", -1, 3).Weight("w", 3, 4)
            .Node(Domain + "Scaler", "x", "s", ("offset", new[] { 1f, 2, 3 }), ("scale", new[] { 0.5f, 0.25f, 2 }))
            .Node("MatMul", "s w", "y").Output("y"));
        Assert.Equal("Gemm", Assert.Single(graph.Nodes).Op);
    }

    [Theory]
    [InlineData("MAX")]
    [InlineData("L1")]
    [InlineData("L2")]
    public void Normalizer(string norm) =>
        ImportAssert.SameAsOnnxRuntime(
            new ModelBuilder().Input("x", -1, 5).Node(Domain + "Normalizer", "x", "y", ("norm", norm)).Output("y"),
            low: 0.1f);

    [Fact]
    public void Chosen_columns_and_thresholds() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", -1, 5).Ints("i", 3, 0, 3)
            .Node(Domain + "ArrayFeatureExtractor", "x i", "a").Node(Domain + "Binarizer", "a", "y", ("threshold", 0.1f)).Output("y"));

    [Fact]
    public void Replaced_numbers() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", -1, 3).Node("Relu", "x", "r")
            .Node(Domain + "Imputer", "r", "y", ("imputed_value_floats", new[] { 1f, 2, 3 }), ("replaced_value_float", 0f)).Output("y"));

    [Theory]
    [InlineData("NONE")]
    [InlineData("LOGISTIC")]
    [InlineData("SOFTMAX")]
    public void A_linear_classifier_is_a_layer_whose_labels_are_those_of_the_largest_score(string transform)
    {
        Graph graph = ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", -1, 2).Node(Domain + "LinearClassifier", "x", "l y",
            ("coefficients", new[] { 0.3f, -0.5f, 1f, 0.2f, -0.7f, 0.4f }), ("intercepts", new[] { 0.1f, 0.2f, -0.3f }),
            ("classlabels_ints", new[] { 10, 20, 30 }), ("post_transform", transform)).Output("l", 7).Output("y"));
        Assert.Single(MvmLayers.Find(graph));
    }

    [Fact]
    public void A_linear_regressor_is_a_layer() =>
        Assert.Single(MvmLayers.Find(ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", -1, 2).Node(Domain + "LinearRegressor",
            "x", "y", ("coefficients", new[] { 0.3f, -0.5f, 1f, 0.2f }), ("intercepts", new[] { 0.1f, 0.2f }), ("targets", 2))
                .Output("y"))));

    [Fact]
    public void Encoded_labels() =>
        ImportAssert.SameAsOnnxRuntime(new ModelBuilder().Input("x", -1, 9).Node("Cast", "x", "i", ("to", 7))
            .Node(Domain + "LabelEncoder", "i", "y", ("keys_int64s", new[] { -1, 0, 2 }), ("values_floats", new[] { 0.5f, 7, 9 }),
                ("default_float", -4f)).Output("y"), low: -3, high: 3);

    [Fact]
    public void Labels_of_text_are_refused_with_the_reason() =>
        ImportAssert.Fails(new ModelBuilder().Input("x", -1, 2).Node(Domain + "LinearClassifier", "x", "l y",
            ("coefficients", new[] { 0.3f, -0.5f })).Output("l", 7).Output("y"), ErrorCodes.UnsupportedOperators, "text");
}
