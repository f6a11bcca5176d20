namespace Cim.Compiler.Import.Rewrites.Signals;

/// <summary>Spectra and windows of signals.</summary>
internal static class SignalsRewrites
{
    public static IReadOnlyList<IOperatorRewrite> All { get; } =
    [
        new RewriteMelWeightMatrix(), new RewriteStft(), new RewriteWindow(),
    ];
}
