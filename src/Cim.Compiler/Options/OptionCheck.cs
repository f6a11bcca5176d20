using System.Globalization;

namespace Cim.Compiler.Options;

/// <summary>Checks values against the table.</summary>
internal static class OptionCheck
{
    private static readonly char[] _separators = [';', ','];

    /// <summary>True if the text is a value of the option. Files are not looked for; identifiers are the build's to check.</summary>
    public static bool Allows(this OptionRow row, string text) => row.Kind switch
    {
        OptionKind.Flag => bool.TryParse(text, out _),
        OptionKind.Integer => decimal.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out decimal whole)
            && (row.Range!.Contains(whole) || (whole == 0 && row.Zero is not null)),
        OptionKind.Number => (row.HasAuto && text == "auto") || (IsNumber(text, out double number) && row.Range!.Contains(number)),
        OptionKind.Choice => row.Choices.Contains(text, row.IgnoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal),
        OptionKind.List => row.Format switch
        {
            OptionFormat.Dimensions => Pieces(text).All(piece => IsAssignment(piece, IsSize, single: true)),
            OptionFormat.DimensionLists => Pieces(text).All(piece => IsAssignment(piece, IsSize, single: false)),
            OptionFormat.InputValues =>
                Pieces(text).All(piece => IsAssignment(piece, value => IsNumber(value, out _), single: false)),
            OptionFormat.Widths => text.Split(_separators).All(piece => IsWidth(piece.Trim())),
            _ => text.Split(_separators).All(IsFraction),
        },
        _ => true,
    };

    /// <summary>What may stand there, to follow "expected": <c>a whole number from 1 to 8</c>.</summary>
    public static string Allowed(this OptionRow row) => row.Kind switch
    {
        OptionKind.Flag => "true or false",
        OptionKind.Integer => Number("a whole number", row),
        OptionKind.Number => Number("a number", row),
        OptionKind.Choice => Either(row.Choices),
        OptionKind.List => row.Format switch
        {
            OptionFormat.Dimensions =>
                "name=size or input:axis=size with a positive size, such as height=224 or x:1=16, several separated by semicolons or "
                + "commas",
            OptionFormat.DimensionLists =>
                "name=size|size or input:axis=size|size with positive sizes, such as sequence=16|64|256, several separated by semicolons "
                + "or commas",
            OptionFormat.InputValues =>
                "input=value with a number, such as sr=16000, or one number an element as in x=0|1, several separated by semicolons or "
                + "commas",
            OptionFormat.Widths => "widths separated by commas: 0 and 2 to 8",
            _ => "a number or fraction (1/255), or one per channel separated by commas",
        },
        OptionKind.Folder => "the path of a folder that is written",
        OptionKind.File => row.File switch
        {
            FileUse.NameOrRead => "a built-in name or the path of a file",
            FileUse.Read => "the path of a file that is read",
            _ => "the path of a file that is written",
        },
        _ => row.Format switch
        {
            OptionFormat.ClassName => "a C# identifier",
            OptionFormat.Namespace => "a C# namespace",
            _ => "text",
        },
    };

    /// <summary>The single values of a list: <c>height=32;width=32</c>.</summary>
    public static IEnumerable<string> Pieces(string value) => value.Split(_separators).Select(d => d.Trim()).Where(d => d.Length > 0);

    /// <summary>The values of one name: <c>16|64|256</c>.</summary>
    public static IEnumerable<string> Alternatives(string values) => values.Split('|').Select(v => v.Trim());

    /// <summary>A list in words: <c>a, b or c</c>.</summary>
    public static string Either(IReadOnlyList<string> items) => items.Count < 2
        ? string.Concat(items)
        : string.Join(", ", items.Take(items.Count - 1)) + " or " + items[items.Count - 1];

    private static string Number(string noun, OptionRow row) =>
        noun + (row.Unit is null ? "" : " of " + row.Unit) + row.Range
        + (row.Zero is null ? "" : $", or 0 for {row.Zero}") + (row.HasAuto ? ", or auto" : "");

    private static bool IsAssignment(string text, Func<string, bool> isValue, bool single)
    {
        int at = text.LastIndexOf('=');
        return at > 0 && (single ? isValue(text.Substring(at + 1)) : Alternatives(text.Substring(at + 1)).All(isValue));
    }

    private static bool IsSize(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size > 0;

    private static bool IsWidth(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int bits) && bits is 0 or (>= 2 and <= 8);

    private static bool IsFraction(string text) =>
        text.Split('/') is { Length: <= 2 } parts && parts.All(part => IsNumber(part.Trim(), out _));

    // Infinity and NaN parse as numbers, but are none to calculate with.
    private static bool IsNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && !double.IsNaN(number)
            && !double.IsInfinity(number);
}
