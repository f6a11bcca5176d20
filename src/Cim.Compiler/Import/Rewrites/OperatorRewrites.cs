using System.Collections.Frozen;
using Cim.Compiler.Import.Rewrites.Attention;
using Cim.Compiler.Import.Rewrites.Control;
using Cim.Compiler.Import.Rewrites.Elementwise;
using Cim.Compiler.Import.Rewrites.Learning;
using Cim.Compiler.Import.Rewrites.Microsoft;
using Cim.Compiler.Import.Rewrites.Normalization;
using Cim.Compiler.Import.Rewrites.Quantized;
using Cim.Compiler.Import.Rewrites.Recurrent;
using Cim.Compiler.Import.Rewrites.Sequences;
using Cim.Compiler.Import.Rewrites.Shapes;
using Cim.Compiler.Import.Rewrites.Signals;

namespace Cim.Compiler.Import.Rewrites;

/// <summary>Every operator that is written out in others at import: the one place that knows all of them.</summary>
internal static class OperatorRewrites
{
    private static readonly IReadOnlyList<IOperatorRewrite> _all =
    [
        .. AttentionRewrites.All, .. ControlRewrites.All, .. ElementwiseRewrites.All, .. LearningRewrites.All, .. MicrosoftRewrites.All,
        .. NormalizationRewrites.All, .. QuantizedRewrites.All, .. RecurrentRewrites.All, .. SequencesRewrites.All, .. ShapesRewrites.All,
        .. SignalsRewrites.All,
    ];

    private static readonly FrozenDictionary<string, IOperatorRewrite> _byOperator =
        _all.SelectMany(r => r.Operators.Select(o => (o, r))).ToFrozenDictionary(p => p.o, p => p.r, StringComparer.Ordinal);

    /// <summary>What can be rewritten, operators of other domains as <c>domain.Operator</c>.</summary>
    public static IEnumerable<string> Names => _byOperator.Keys;

    public static bool Contains(string op) => _byOperator.ContainsKey(op);

    public static IOperatorRewrite? Find(string op) => _byOperator.GetValueOrDefault(op);
}
