using Cim.Compiler.Options;
using Cim.Generators.Naming;

namespace Cim.Tasks.Options;

/// <summary>Checks values of metadata before the compiler is started, in the words of the item.</summary>
internal static class MetadataCheck
{
    /// <summary>What is wrong with a value, or null.</summary>
    /// <param name="row">The option.</param>
    /// <param name="name">The metadata that was used: one of the names of the option.</param>
    /// <param name="value">The value.</param>
    /// <param name="fullPath">The same as a full path, if it is one.</param>
    public static string? Check(this OptionRow row, string name, string value, string fullPath)
    {
        bool isValid = row.Format switch
        {
            OptionFormat.ClassName => Identifiers.IsValid(value),
            OptionFormat.Namespace => value.Split('.').All(Identifiers.IsValid),
            _ => row.Allows(value) && !IsFolderInPlaceOfFile(row, fullPath),
        };
        return isValid ? null
            : $"{name}=\"{value}\" is not valid: expected {row.Allowed()}. (It may also come from the property Cim{name}.)";
    }

    /// <summary>True if the value of this item names a file that is read (and not, say, a built-in hardware profile).</summary>
    public static bool IsReadFile(this OptionRow row, string value, string fullPath) => row.File == FileUse.Read
        || (row.File == FileUse.NameOrRead && (value.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            || value.IndexOfAny(['/', '\\']) >= 0 || File.Exists(fullPath)));

    // A folder in place of a file that is read is reported with the files.
    private static bool IsFolderInPlaceOfFile(OptionRow row, string fullPath) => row.Kind == OptionKind.File
        && row.File is FileUse.Written or FileUse.Updated or FileUse.State && Directory.Exists(fullPath);
}
