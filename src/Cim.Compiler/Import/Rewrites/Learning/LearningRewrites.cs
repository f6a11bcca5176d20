namespace Cim.Compiler.Import.Rewrites.Learning;

/// <summary>What surrounds networks: the domain ai.onnx.ml, and losses.</summary>
internal static class LearningRewrites
{
    public static IReadOnlyList<IOperatorRewrite> All { get; } =
    [
        new RewriteArrayFeatureExtractor(), new RewriteBinarizer(), new RewriteFeatureVectorizer(), new RewriteImputer(),
        new RewriteLabelEncoder(), new RewriteLinearClassifier(), new RewriteLinearRegressor(), new RewriteLosses(),
        new RewriteNormalizer(), new RewriteScaler(),
    ];
}
