using System.Collections.Immutable;

namespace Cim.Compiler.Import.Rewrites.Sequences;

/// <summary>
/// SequenceConstruct, SequenceEmpty, SequenceInsert, SequenceErase, SequenceAt and SequenceLength with constant positions: nothing is
/// computed, a list of values is kept.
/// </summary>
internal sealed class RewriteSequence : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } =
        ["SequenceAt", "SequenceConstruct", "SequenceEmpty", "SequenceErase", "SequenceInsert", "SequenceLength"];

    public void Rewrite(RewriteContext context)
    {
        if (context.Node.Op is "SequenceConstruct" or "SequenceEmpty")
        {
            context.ReturnSequence(context.Node.Op == "SequenceEmpty" ? [] : context.Node.Inputs);
            return;
        }

        ImmutableArray<string> sequence = context.Sequence(context.Input(0));
        switch (context.Node.Op)
        {
            case "SequenceLength":
                context.Return(context.Scalar((long)sequence.Length));
                break;
            case "SequenceAt":
                context.Return(sequence[Position(context, 1, sequence.Length, sequence.Length - 1)]);
                break;
            case "SequenceErase":
                context.ReturnSequence(sequence.RemoveAt(
                    context.Has(1) ? Position(context, 1, sequence.Length, sequence.Length - 1) : sequence.Length - 1));
                break;
            default:
                context.ReturnSequence(sequence.Insert(
                    context.Has(2) ? Position(context, 2, sequence.Length, sequence.Length) : sequence.Length, context.Input(1)));
                break;
        }
    }

    private static int Position(RewriteContext context, int input, int count, int last)
    {
        long position = context.Integers(context.Input(input), $"input {input} ('position')")[0];
        long index = position < 0 ? position + count : position;
        return index >= 0 && index <= last ? (int)index
            : throw context.Error($"position {position} is outside a sequence of {count}");
    }
}
