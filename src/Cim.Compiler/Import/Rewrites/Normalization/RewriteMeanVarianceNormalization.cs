using System.Collections.Immutable;

namespace Cim.Compiler.Import.Rewrites.Normalization;

/// <summary>MeanVarianceNormalization: (x - mean) / (sqrt(mean(x^2) - mean^2) + 1e-9) over its axes (the function of the
/// standard).</summary>
internal sealed class RewriteMeanVarianceNormalization : IOperatorRewrite
{
    public IReadOnlyList<string> Operators { get; } = ["MeanVarianceNormalization"];

    public void Rewrite(RewriteContext context)
    {
        string x = context.Input(0);
        ImmutableArray<long> axes = context.Attributes.Ints("axes") is { IsDefault: false } given ? given : [0, 2, 3];
        string mean = context.ReduceMean(x, axes.AsSpan());
        string centred = context.Sub(x, mean);
        string variance = context.ReduceMean(context.Mul(centred, centred), axes.AsSpan());
        context.Return(context.Div(centred, context.Add(context.Op("Sqrt", [variance]), 1e-9f)));
    }
}
