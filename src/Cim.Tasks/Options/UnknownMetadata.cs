using Cim.Compiler.Options;

namespace Cim.Tasks.Options;

/// <summary>Finds metadata that would be ignored in silence.</summary>
internal static class UnknownMetadata
{
    // What MSBuild, the SDK, NuGet and editors put on items of any kind or read from them; docs/package.md lists it.
    private static readonly HashSet<string> _foreign = new(StringComparer.OrdinalIgnoreCase)
    {
        "Link", "LinkBase", "Visible", "InProject", "DependentUpon", "SubType", "AutoGen", "DesignTime", "Generator", "LastGenOutput",
            "CustomToolNamespace",
        "CopyToOutputDirectory", "CopyToPublishDirectory", "TargetPath", "ExcludeFromSingleFile", "Pack", "PackagePath",
        "PackageCopyToOutput", "BuildAction",
        "IsImplicitlyDefined", "MSBuildSourceProjectFile", "MSBuildSourceTargetName", "OriginalItemSpec", "Watch", "Label", "Description",
    };

    // What Cim.Sdk.targets put on the items.
    private static readonly HashSet<string> _own = new(StringComparer.OrdinalIgnoreCase)
    {
        "Key", "SignatureFile", "OptionsFile", "CompiledFile", "DiagnosticsFile", "ReportDirectory",
    };

    /// <summary>The metadata an item may have.</summary>
    public static IEnumerable<string> Names => OptionTable.OnItem.SelectMany(row => row.Names);

    /// <summary>The unknown ones among names, in order.</summary>
    public static IEnumerable<string> Among(IEnumerable<string> names) =>
        names.Where(name => !IsKnown(name)).OrderBy(name => name, StringComparer.Ordinal);

    private static bool IsKnown(string name) => _foreign.Contains(name) || _own.Contains(name)
        || name.StartsWith("_", StringComparison.Ordinal) || name.StartsWith("DefiningProject", StringComparison.OrdinalIgnoreCase)
        || Names.Contains(name, StringComparer.OrdinalIgnoreCase);
}
