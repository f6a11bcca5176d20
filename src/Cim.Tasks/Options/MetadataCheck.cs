using System.Globalization;
using Cim.Generators.Naming;

namespace Cim.Tasks.Options;

/// <summary>Checks values of metadata, before the compiler is started and in the words of the item.</summary>
internal static class MetadataCheck
{
    private static readonly char[] _separators = [';', ','];

    /// <summary>What is wrong with a value, or null.</summary>
    public static string? Check(this ModelMetadata metadata, string value, string fullPath)
    {
        bool valid = metadata.Kind switch
        {
            MetadataKind.File or MetadataKind.NameOrFile or MetadataKind.Text => true,
            MetadataKind.LockFile or MetadataKind.State => !Directory.Exists(fullPath),
            MetadataKind.Output => metadata.Name == "Dump" || !Directory.Exists(fullPath),
            MetadataKind.Choice =>
                metadata.Choices.Contains(value, metadata.IgnoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal),
            MetadataKind.Integer =>
                long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= metadata.Min
                && number <= metadata.Max,
            MetadataKind.Seed => ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _),
            MetadataKind.Share => value == "auto" || (IsNumber(value, out double share) && share is > 0 and < 1),
            MetadataKind.MergedShare => value == "auto" || (IsNumber(value, out double merged) && merged is >= 0 and < 1),
            MetadataKind.Probability => IsNumber(value, out double probability) && probability is > 0 and < 1,
            MetadataKind.Percentage => IsNumber(value, out double number) && number is >= 0 and <= 100,
            MetadataKind.Minutes => IsNumber(value, out double minutes) && minutes is > 0 and <= 100_000,
            MetadataKind.Numbers =>
                value.Split(
                _separators).All(piece => piece.Split('/') is { Length: <= 2 } parts && parts.All(part => IsNumber(part.Trim(), out _))),
            MetadataKind.Dimensions => Dimensions(value).All(IsDimension),
            MetadataKind.ClassName => Identifiers.IsValid(value),
            MetadataKind.Namespace => value.Split('.').All(Identifiers.IsValid),
            MetadataKind.Switch => bool.TryParse(value, out _),
            _ => throw new InvalidOperationException($"No check for {metadata.Kind}."),
        };
        return valid ? null : $"{metadata.Name}=\"{value}\" is not valid: expected {metadata.Allowed}. (It may also come from the "
            + $"property Cim{metadata.Name}.)";
    }

    /// <summary>True if the value of this item names a file that is read (and not, say, a built-in hardware profile).</summary>
    public static bool IsFile(this ModelMetadata metadata, string value, string fullPath) => metadata.Kind == MetadataKind.File
        || (metadata.Kind == MetadataKind.NameOrFile && (value.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            || value.IndexOfAny(['/', '\\']) >= 0 || File.Exists(fullPath)));

    /// <summary>True if the value is a path, relative to the project.</summary>
    public static bool IsPath(this ModelMetadata metadata) =>
        metadata.Kind is MetadataKind.File or MetadataKind.NameOrFile or MetadataKind.LockFile or MetadataKind.Output or MetadataKind.State;

    /// <summary>The single sizes of <c>Dim="height=32;width=32"</c>.</summary>
    public static IEnumerable<string> Dimensions(string value) => value.Split(_separators).Select(d => d.Trim()).Where(d => d.Length > 0);

    private static bool IsDimension(string text)
    {
        int at = text.LastIndexOf('=');
        return at > 0 && int.TryParse(text.Substring(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int size) && size > 0;
    }

    // Infinity and NaN parse as numbers, but are none to calculate with.
    private static bool IsNumber(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && !double.IsNaN(number)
            && !double.IsInfinity(number);
}
