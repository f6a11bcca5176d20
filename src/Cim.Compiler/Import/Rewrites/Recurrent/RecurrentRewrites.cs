namespace Cim.Compiler.Import.Rewrites.Recurrent;

/// <summary>Layers with a state.</summary>
internal static class RecurrentRewrites
{
    public static IReadOnlyList<IOperatorRewrite> All { get; } =
    [
        new RewriteRnn(), new RewriteGru(), new RewriteLstm(),
    ];
}
