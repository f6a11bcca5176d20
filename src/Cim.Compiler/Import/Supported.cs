using System.Collections.Immutable;
using System.Text;
using Cim.Compiler.Import.Rewrites;
using Cim.Runtime;
using Cim.Runtime.Operators.Catalog;

namespace Cim.Compiler.Import;

/// <summary>Which operators and operator sets can be imported.</summary>
internal static class Supported
{
    public const int MinOpset = 1;
    public const int MaxOpset = 28;

    /// <summary>Operators rewritten into others while the file is read.</summary>
    private static readonly string[] _rewritten = ["Upsample", "Scatter", "Affine", "ImageScaler", "ScaledTanh"];

    /// <summary>The standard operators a model may contain, in ordinal order.</summary>
    public static IEnumerable<string> Operators => OperatorCatalog.Names.Concat(_rewritten)
        .Concat(OperatorRewrites.Names.Where(n => !n.Contains('.', StringComparison.Ordinal))).Distinct().Order(StringComparer.Ordinal);

    /// <summary>The operators of other domains, as <c>domain.Operator</c>, in ordinal order.</summary>
    public static IEnumerable<string> OtherDomains =>
        OperatorRewrites.Names.Where(n => n.Contains('.', StringComparison.Ordinal) && !n.StartsWith("cim.", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    /// <param name="op">A standard operator, or <c>domain.Operator</c>.</param>
    public static bool IsSupported(string op) =>
        OperatorCatalog.IsSupported(op) || _rewritten.Contains(op) || OperatorRewrites.Contains(op);

    /// <exception cref="CimException">CIM0003: lists all unsupported operators together.</exception>
    public static void Require(ConvertedModel model) => Require(model.Unsupported);

    /// <exception cref="CimException">CIM0003: lists all unsupported operators together.</exception>
    public static void Require(ImmutableArray<UnsupportedOperator> unsupported)
    {
        if (unsupported.IsEmpty) return;
        var text = new StringBuilder();
        text.Append(System.Globalization.CultureInfo.InvariantCulture,
            $"The model uses {unsupported.Length} operator(s) this SDK does not support: ");
        text.AppendJoin("; ", unsupported.Select(u => u.ToString()));
        text.Append(". docs/operators.md lists what is supported; replace these operators before exporting.");
        throw new CimException(ErrorCodes.UnsupportedOperators, text.ToString());
    }
}
