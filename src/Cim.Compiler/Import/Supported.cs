using System.Text;
using Cim.Runtime;
using Cim.Runtime.Operators.Catalog;

namespace Cim.Compiler.Import;

/// <summary>Which operators and operator sets can be imported.</summary>
internal static class Supported
{
    public const int MinOpset = 7;
    public const int MaxOpset = 23;

    /// <summary>Operators rewritten into others while the file is read.</summary>
    private static readonly string[] _rewritten = ["Upsample"];

    /// <summary>Everything a model may contain, in ordinal order.</summary>
    public static IEnumerable<string> Operators => OperatorCatalog.Names.Concat(_rewritten).Distinct().Order(StringComparer.Ordinal);

    public static bool IsSupported(string op) => OperatorCatalog.IsSupported(op) || _rewritten.Contains(op);

    /// <exception cref="CimException">CIM0003: lists all unsupported operators together.</exception>
    public static void Require(ConvertedModel model)
    {
        if (model.Unsupported.IsEmpty) return;
        var text = new StringBuilder();
        text.Append(System.Globalization.CultureInfo.InvariantCulture,
            $"The model uses {model.Unsupported.Length} operator(s) this SDK does not support: ");
        text.AppendJoin("; ", model.Unsupported.Select(u => u.ToString()));
        text.Append(". docs/operators.md lists what is supported; replace these operators before exporting.");
        throw new CimException(ErrorCodes.UnsupportedOperators, text.ToString());
    }
}
