using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Shapes;

/// <summary>What broadcasting of opset 6 means today: the second of two values gets dimensions of 1 behind its own, so that those lie at
/// attribute <c>axis</c> of the first.</summary>
internal sealed class AlignBroadcast : IOperatorRewrite
{
    /// <summary>No operator of a file: upgrades of old operators write it.</summary>
    public const string Name = "cim.AlignBroadcast";

    public IReadOnlyList<string> Operators { get; } = [Name];

    public void Rewrite(RewriteContext context)
    {
        Shape first = context.ShapeOf(context.Input(0)), second = context.ShapeOf(context.Input(1));
        int behind = first.Rank - second.Rank - context.Axis(context.Attributes.Int("axis", 0), Math.Max(1, first.Rank));
        if (second.Rank == 0 || behind <= 0) context.Return(context.Input(1));
        else context.Return(context.Unsqueeze(context.Input(1), [.. Enumerable.Range(second.Rank, behind).Select(i => (long)i)]));
    }
}
