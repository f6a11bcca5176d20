namespace Cim.Compiler.Import;

/// <summary>Why operators are not supported, in words that help: the error message and docs/operators.md have them from here.</summary>
internal static class UnsupportedReasons
{
    private const string Sequences = "a function of a sequence's values is not supported; export the model with tensors";
    private const string Text = "text is not supported; do this step before the model";
    private const string Random = "its result is random; export the model for inference";
    private const string DataShape =
        "the shape of its result depends on the data; end the model before it and do this step in the program";
    private const string Pictures = "files of pictures are not decoded; give the model their pixels";
    private const string Bits = "arithmetic on bits of integers is not supported";
    private const string NoKernel = "there is no kernel for it; export the model without it";

    /// <summary>Standard operators with the reason, in ordinal order.</summary>
    public static IReadOnlyDictionary<string, string> Standard { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["SequenceMap"] = Sequences,
        ["RegexFullMatch"] = Text,
        ["StringConcat"] = Text,
        ["StringNormalizer"] = Text,
        ["StringSplit"] = Text,
        ["TfIdfVectorizer"] = Text,
        ["Bernoulli"] = Random,
        ["Multinomial"] = Random,
        ["RandomNormal"] = Random,
        ["RandomNormalLike"] = Random,
        ["RandomUniform"] = Random,
        ["RandomUniformLike"] = Random,
        ["NonMaxSuppression"] = DataShape,
        ["Unique"] = DataShape,
        ["ImageDecoder"] = Pictures,
        ["BitCast"] = Bits,
        ["BitShift"] = Bits,
        ["BitwiseAnd"] = Bits,
        ["BitwiseNot"] = Bits,
        ["BitwiseOr"] = Bits,
        ["BitwiseXor"] = Bits,
        ["DeformConv"] = NoKernel,
        ["Det"] = NoKernel,
        ["MaxRoiPool"] = NoKernel,
        ["TensorScatter"] = NoKernel,
    };

    /// <summary>Operators of ai.onnx.ml with the reason.</summary>
    public static IReadOnlyDictionary<string, string> Learning { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        ["CastMap"] = "maps are not supported; export the model with tensors",
        ["CategoryMapper"] = Text,
        ["DictVectorizer"] = "maps are not supported; export the model with tensors",
        ["SVMClassifier"] = "support vector machines are not supported",
        ["SVMRegressor"] = "support vector machines are not supported",
        ["TreeEnsemble"] = Trees,
        ["TreeEnsembleClassifier"] = Trees,
        ["TreeEnsembleRegressor"] = Trees,
        ["ZipMap"] = "its result is a list of maps; export the model with zipmap=False, which gives the probabilities as a tensor",
    };

    private const string Trees = "trees are not supported: crossbars compute products with matrices";

    /// <summary>The reason for an operator that is not supported.</summary>
    public static string Of(string domain, string op) =>
        domain == "ai.onnx.ml" && Learning.TryGetValue(op, out string? known) ? known
        : domain.Length > 0 ? $"operators of domain '{domain}' are not supported, but for those docs/operators.md lists"
        : Standard.TryGetValue(op, out string? reason) ? reason
        : "not a supported operator";
}
