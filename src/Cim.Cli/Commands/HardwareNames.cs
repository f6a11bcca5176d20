using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Cli.Commands;

/// <summary>Several profiles in one option.</summary>
internal static class HardwareNames
{
    /// <summary>Stands for every built-in profile.</summary>
    public const string All = "all";

    /// <summary>The names and files of an option; a file whose name has a comma in it is one file.</summary>
    /// <exception cref="CimException">CIM0010: a name between commas is empty.</exception>
    public static ImmutableArray<string> Of(string option)
    {
        if (File.Exists(option)) return [option];
        string[] names = option.Split(',', StringSplitOptions.TrimEntries);
        if (names.Length > 1 && names.Contains(""))
            throw new CimException(ErrorCodes.WrongUsage, $"--hardware {option}: a name is missing between commas.");
        return [.. names.SelectMany(n => n == All ? HardwareProfiles.BuiltInNames : [n]).Distinct()];
    }
}
