namespace Cim.Compiler.Import.Rewrites.Microsoft;

/// <summary>What ONNX Runtime's optimiser writes in its own domain.</summary>
internal static class MicrosoftRewrites
{
    public static IReadOnlyList<IOperatorRewrite> All { get; } =
    [
        new RewriteEmbedLayerNormalization(), new RewriteFusedConv(), new RewriteFusedGemm(), new RewriteFusedMatMul(),
        new RewriteMicrosoftAttention(), new RewriteMicrosoftGelu(), new RewriteMicrosoftStandard(), new RewriteMultiHeadAttention(),
        new RewriteSkipNormalization(),
    ];
}
