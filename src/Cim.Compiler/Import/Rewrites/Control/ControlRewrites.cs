namespace Cim.Compiler.Import.Rewrites.Control;

/// <summary>Graphs inside nodes.</summary>
internal static class ControlRewrites
{
    public static IReadOnlyList<IOperatorRewrite> All { get; } =
    [
        new RewriteIf(), new RewriteLoop(), new RewriteScan(),
    ];
}
