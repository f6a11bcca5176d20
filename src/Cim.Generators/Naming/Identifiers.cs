using System.Globalization;
using System.Text;

namespace Cim.Generators.Naming;

/// <summary>
/// Turns names of ONNX graphs and files into C# identifiers: pieces between other characters are joined in PascalCase, so
/// <c>class_scores</c> becomes <c>ClassScores</c> and <c>mnist-conv</c> becomes <c>MnistConv</c>; two digits that would
/// touch stay apart by an underscore, and a leading digit gets one in front.
/// </summary>
internal static class Identifiers
{
    public static string ToPascalCase(string name, string fallback)
    {
        StringBuilder result = new(name.Length);
        bool startsPiece = true;
        foreach (char c in name)
        {
            if (!IsPart(c))
            {
                startsPiece = true;
                continue;
            }
            if (startsPiece && result.Length > 0 && char.IsDigit(c) && char.IsDigit(result[result.Length - 1])) result.Append('_');
            result.Append(startsPiece ? char.ToUpperInvariant(c) : c);
            startsPiece = false;
        }
        if (result.Length == 0) return fallback;
        if (!char.IsLetter(result[0])) result.Insert(0, '_');
        return result.ToString();
    }

    public static string ToCamelCase(string name, string fallback)
    {
        string pascal = ToPascalCase(name, fallback);
        // An acronym in front is lowered as a whole: RGBImage -> rgbImage, ID -> id.
        int upper = 0;
        while (upper < pascal.Length && char.IsUpper(pascal[upper])) upper++;
        int lowered = upper <= 1 || upper == pascal.Length || !char.IsLetter(pascal[upper]) ? upper : upper - 1;
        return pascal.Substring(0, lowered).ToLowerInvariant() + pascal.Substring(lowered);
    }

    /// <summary>The text as one valid identifier, otherwise unchanged.</summary>
    public static string ToIdentifier(string text) =>
        IsValid(text) ? text : ToPascalCase(text, "Model");

    /// <summary>The name with an at sign in front if it is a keyword, so that it can stand in code.</summary>
    public static string Escape(string identifier) => Keywords.Contains(identifier) ? "@" + identifier : identifier;

    /// <summary>True if the text can be the name of a class as it is.</summary>
    public static bool IsValid(string text) =>
        text.Length > 0 && (char.IsLetter(text[0]) || text[0] == '_') && text.All(c => c == '_' || IsPart(c)) && !Keywords.Contains(text);

    /// <summary>A namespace with every piece made valid: what is left of <c>my-app.1</c> is <c>my_app._1</c>.</summary>
    public static string ToNamespace(string text) => string.Join(".",
        from piece in text.Split('.')
        where piece.Length > 0
        let valid = new string([.. piece.Select(c => IsPart(c) ? c : '_')])
        let started = char.IsLetter(valid[0]) || valid[0] == '_' ? valid : "_" + valid
        select Escape(started));

    private static bool IsPart(char c) => char.GetUnicodeCategory(c) is
        UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or
        UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber;

    // Reserved words; contextual ones (value, var, record ...) are fine as names of parameters and members.
    private static HashSet<string> Keywords { get; } = new(StringComparer.Ordinal)
    {
        "abstract", "as", "base", "bool", "break", "byte", "case", "catch", "char", "checked", "class", "const", "continue",
        "decimal", "default", "delegate", "do", "double", "else", "enum", "event", "explicit", "extern", "false", "finally",
        "fixed", "float", "for", "foreach", "goto", "if", "implicit", "in", "int", "interface", "internal", "is", "lock",
        "long", "namespace", "new", "null", "object", "operator", "out", "override", "params", "private", "protected",
        "public", "readonly", "ref", "return", "sbyte", "sealed", "short", "sizeof", "stackalloc", "static", "string",
        "struct", "switch", "this", "throw", "true", "try", "typeof", "uint", "ulong", "unchecked", "unsafe", "ushort",
        "using", "virtual", "void", "volatile", "while",
    };
}
