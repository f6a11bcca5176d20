using System.Collections.Frozen;
using Cim.Compiler.Import.Rewrites.Control;
using Cim.Compiler.Import.Rewrites.Quantized;

namespace Cim.Compiler.Import.Rewrites;

/// <summary>Every operator that is written out in others at import: the one place that knows all of them.</summary>
internal static class OperatorRewrites
{
    private static readonly FrozenDictionary<string, IOperatorRewrite> _byOperator = new IOperatorRewrite[]
    {
        new RewriteIf(), new RewriteLoop(),
        new RewriteQuant(), new RewriteBipolarQuant(), new RewriteTrunc(), new RewriteChannelsLast(),
        new RewriteQLinearConv(), new RewriteQLinearMatMul(), new RewriteQGemm(), new RewriteQLinearUnary(), new RewriteQLinearBinary(),
        new RewriteQLinearConcat(), new RewriteConvInteger(), new RewriteMatMulIntegerToFloat(), new RewriteDynamicQuantizeLinear(),
        new RewriteMicrosoftQuantizer(),
    }.SelectMany(r => r.Operators.Select(o => (o, r))).ToFrozenDictionary(p => p.o, p => p.r, StringComparer.Ordinal);

    /// <summary>What can be rewritten, operators of other domains as <c>domain.Operator</c>.</summary>
    public static IEnumerable<string> Names => _byOperator.Keys;

    public static bool Contains(string op) => _byOperator.ContainsKey(op);

    public static IOperatorRewrite? Find(string op) => _byOperator.GetValueOrDefault(op);
}
