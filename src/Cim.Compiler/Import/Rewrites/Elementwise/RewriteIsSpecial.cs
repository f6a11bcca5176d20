namespace Cim.Compiler.Import.Rewrites.Elementwise;

/// <summary>IsNaN (the only number that differs from itself) and IsInf.</summary>
internal sealed class RewriteIsSpecial : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["IsNaN", "IsInf"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        bool positive = context.Attributes.Int("detect_positive", 1) != 0, negative = context.Attributes.Int("detect_negative", 1) != 0;
        string Above() => context.Op("Equal", [x, context.Scalar(float.PositiveInfinity)]);
        string Below() => context.Op("Equal", [x, context.Scalar(float.NegativeInfinity)]);
        context.Return(context.Node.Op == "IsNaN" ? context.Op("Not", [context.Op("Equal", [x, x])])
            : positive && negative ? context.Op("Or", [Above(), Below()])
            : positive ? Above()
            : negative ? Below()
            : context.Op("And", [Above(), Below()]));
    }
}
