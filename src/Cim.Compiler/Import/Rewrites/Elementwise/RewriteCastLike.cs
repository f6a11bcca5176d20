namespace Cim.Compiler.Import.Rewrites.Elementwise;

/// <summary>CastLike: Cast to the type of the second input.</summary>
internal sealed class RewriteCastLike : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["CastLike"];

    public void Rewrite(RewriteContext context) =>
        context.Return(context.Cast(context.Input(0), context.TypeOf(context.Input(1))));
}
