namespace Cim.Compiler.Import.Rewrites.Attention;

/// <summary>Attention and what turns its inputs.</summary>
internal static class AttentionRewrites
{
    public static IReadOnlyList<IOperatorRewrite> All { get; } =
    [
        new RewriteAttention(), new RewriteCausalConv(), new RewriteLinearAttention(), new RewriteRotaryEmbedding(),
    ];
}
