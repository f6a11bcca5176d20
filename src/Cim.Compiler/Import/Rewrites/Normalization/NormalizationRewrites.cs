namespace Cim.Compiler.Import.Rewrites.Normalization;

/// <summary>Normalisations.</summary>
internal static class NormalizationRewrites
{
    public static IReadOnlyList<IOperatorRewrite> All { get; } =
    [
        new RewriteGroupNormalization(), new RewriteLpNormalization(), new RewriteLrn(), new RewriteMeanVarianceNormalization(),
        new RewriteRmsNormalization(),
    ];
}
