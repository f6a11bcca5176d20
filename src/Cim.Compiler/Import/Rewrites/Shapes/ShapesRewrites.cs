namespace Cim.Compiler.Import.Rewrites.Shapes;

/// <summary>Operators that move, choose or sum elements.</summary>
internal static class ShapesRewrites
{
    public static IReadOnlyList<IOperatorRewrite> All { get; } =
    [
        new AlignBroadcast(),
        new RewriteAffineGrid(), new RewriteCenterCropPad(), new RewriteCompress(), new RewriteCumProd(), new RewriteEinsum(),
        new RewriteEyeLike(), new RewriteLpPool(), new RewriteNonZero(), new RewriteTrilu(),
    ];
}
