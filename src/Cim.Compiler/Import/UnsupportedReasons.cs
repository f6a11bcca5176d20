namespace Cim.Compiler.Import;

/// <summary>Why operators are not supported, in words that help: the error message and docs/operators.md have them from here.</summary>
internal static class UnsupportedReasons
{
    /// <summary>Standard operators with the reason, in ordinal order.</summary>
    public static IReadOnlyDictionary<string, string> Standard { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
    };

    /// <summary>The reason for an operator that is not supported.</summary>
    public static string Of(string domain, string op) =>
        domain.Length > 0 ? $"operators of domain '{domain}' are not supported, but for those docs/operators.md lists"
        : Standard.TryGetValue(op, out string? reason) ? reason
        : "not a supported operator";
}
