using System.Collections.Immutable;

namespace Cim.Compiler.Import.Rewrites.Sequences;

/// <summary>ConcatFromSequence: Concat of the values, along an axis they have or a new one.</summary>
internal sealed class RewriteConcatFromSequence : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["ConcatFromSequence"];

    public void Rewrite(RewriteContext context)
    {
        ImmutableArray<string> sequence = context.Sequence(context.Input(0));
        if (sequence.IsEmpty) throw context.Error("the sequence is empty");
        bool isNew = context.Attributes.Int("new_axis", 0) != 0;
        int axis = context.Axis(context.Attributes.Int("axis", 0), context.ShapeOf(sequence[0]).Rank + (isNew ? 1 : 0));
        context.Return(context.Concat(axis, [.. isNew ? sequence.Select(v => context.Unsqueeze(v, axis)) : sequence]));
    }
}
