namespace Cim.Compiler.Import.Rewrites.Sequences;

/// <summary>Sequences and optional values whose structure does not depend on the data: lists of values known at import.</summary>
internal static class SequencesRewrites
{
    public static IReadOnlyList<IOperatorRewrite> All { get; } =
    [
        new RewriteSequence(), new RewriteSplitToSequence(), new RewriteConcatFromSequence(), new RewriteOptional(),
    ];
}
