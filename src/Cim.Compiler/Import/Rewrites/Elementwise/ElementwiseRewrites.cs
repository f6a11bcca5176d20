namespace Cim.Compiler.Import.Rewrites.Elementwise;

/// <summary>Functions of single numbers.</summary>
internal static class ElementwiseRewrites
{
    public static IReadOnlyList<IOperatorRewrite> All { get; } =
    [
        new RewriteCastLike(), new RewriteHardmax(), new RewriteIsSpecial(), new RewriteOneHot(), new RewriteShrink(), new RewriteSwish(),
    ];
}
