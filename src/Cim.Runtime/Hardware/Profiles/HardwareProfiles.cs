using System.Collections.Immutable;
using System.Reflection;
using System.Text.Json;
using Cim.Runtime.Diagnostics;
using Cim.Runtime.Hardware.Json;

namespace Cim.Runtime.Hardware.Profiles;

/// <summary>The built-in hardware profiles, and how profiles are read from files and written. See docs/hardware-profiles.md.</summary>
internal static class HardwareProfiles
{
    private const string Extension = ".cimhw.json";

    /// <summary>The names of the built-in profiles.</summary>
    public static ImmutableArray<string> BuiltInNames =>
        ["isaac", "puma", "mnsim", "neurosim-rram22", "cim-aq-4b", "cim-aq-2b", "nju-32",
        "clsa-cim", "pimcomp", "neurram-130"];

    /// <summary>A built-in profile.</summary>
    /// <exception cref="CimException">CIM2002: there is no profile of this name.</exception>
    public static HardwareProfile BuiltIn(string name)
    {
        if (!BuiltInNames.Contains(name))
            throw new CimException(ErrorCodes.UnknownProfile,
                $"There is no built-in hardware profile '{name}'; the built-in profiles are {string.Join(", ", BuiltInNames)}.");
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Cim.Hardware." + name + Extension)
            ?? throw new CimException(ErrorCodes.UnknownProfile, $"The built-in hardware profile '{name}' is missing from Cim.Runtime.");
        byte[] utf8 = new byte[stream.Length];
        stream.ReadExactly(utf8);
        // Built-in profiles may build on each other, never on files.
        return ProfileReader.Read(utf8, name + Extension, BuiltIn);
    }

    /// <summary>A built-in profile by its name, or a profile from a file.</summary>
    /// <exception cref="CimException">CIM2001 to CIM2006, CIM2008: there is no such profile, or the file is not a valid one.</exception>
    public static HardwareProfile Load(string nameOrPath) => Load(nameOrPath, baseDirectory: null, [], opened: null);

    /// <summary>The files a profile is made of: its own, its bases, and the tables they name. None for a built-in profile.</summary>
    /// <exception cref="CimException">As <see cref="Load(string)"/>.</exception>
    internal static ImmutableArray<string> FilesOf(string nameOrPath)
    {
        ImmutableArray<string>.Builder files = ImmutableArray.CreateBuilder<string>();
        Load(nameOrPath, baseDirectory: null, [], files.Add);
        return files.ToImmutable();
    }

    /// <summary>
    /// Reads a profile from text. A <c>base</c> that is no built-in name is a file relative to <paramref name="baseDirectory"/>.
    /// </summary>
    /// <param name="utf8Json">The profile, for example <c>{"base": "isaac", "adcBits": 6}</c>.</param>
    /// <param name="origin">The file (or a name) for messages.</param>
    /// <param name="baseDirectory">Where relative <c>base</c> files lie; null = beside <paramref name="origin"/>.</param>
    /// <exception cref="CimException">CIM2001 to CIM2006, CIM2008: the text is not a valid profile.</exception>
    public static HardwareProfile Parse(ReadOnlyMemory<byte> utf8Json, string origin, string? baseDirectory = null)
    {
        string directory = baseDirectory ?? Path.GetDirectoryName(Path.GetFullPath(origin)) ?? "";
        return ProfileReader.Read(utf8Json, origin, name => Load(name, directory, [], opened: null), directory);
    }

    /// <summary>A profile with the fields of a text set; relative paths of tables start at the working directory.</summary>
    /// <exception cref="CimException">CIM2001 to CIM2005, CIM2008: as for a file.</exception>
    internal static HardwareProfile Override(HardwareProfile profile, ReadOnlyMemory<byte> utf8Json) =>
        ProfileReader.Read(utf8Json, "the command line", null, ".", profile) with { Name = profile.Name };

    /// <summary>The profile as a complete <c>*.cimhw.json</c> document (no base): the same profile gives the same bytes.</summary>
    public static byte[] ToJson(HardwareProfile profile) => ProfileWriter.ToUtf8(profile);

    /// <summary>The same arrays with nothing around them: what the results of a compilation depend on.</summary>
    internal static HardwareProfile WithoutChip(HardwareProfile profile) => profile with
    {
        Chip = ChipFigures.None,
        Sources = profile.Sources.Where(source => !IsOfChip(source.Key)).ToDictionary(),
    };

    private static bool IsOfChip(string source) => ProfileFields.All.Any(
        f => f.IsOfChip && (f.Name == source || f.Name.StartsWith(source + ".", StringComparison.Ordinal)));

    /// <summary>The same members inside an object that <paramref name="writer"/> has open.</summary>
    internal static void WriteMembers(Utf8JsonWriter writer, HardwareProfile profile) => ProfileWriter.WriteMembers(writer, profile);

    private static HardwareProfile Load(string nameOrPath, string? baseDirectory, ImmutableArray<string> chain, Action<string>? opened)
    {
        if (BuiltInNames.Contains(nameOrPath)) return BuiltIn(nameOrPath);
        if (nameOrPath.Length == 0 || nameOrPath.Contains('\0', StringComparison.Ordinal))
            throw new CimException(ErrorCodes.UnknownProfile,
                $"'{nameOrPath.Replace("\0", "\\0", StringComparison.Ordinal)}' is neither a built-in hardware profile "
                + $"({string.Join(", ", BuiltInNames)}) nor the name of a file.") { File = chain.IsEmpty ? null : chain[^1] };
        string path = Path.GetFullPath(baseDirectory is null ? nameOrPath : Path.Combine(baseDirectory, nameOrPath));
        if (chain.Contains(path, StringComparer.Ordinal))
            throw new CimException(ErrorCodes.MalformedProfile,
                $"The profile is its own base: {string.Join(" -> ", chain.Add(path).Select(Path.GetFileName))}.") { File = path };
        byte[] utf8;
        opened?.Invoke(path);
        try
        {
            FileFacts.RefuseSpecial(path);
            utf8 = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CimException(ErrorCodes.UnknownProfile,
                $"'{nameOrPath}' is neither a built-in hardware profile ({string.Join(", ", BuiltInNames)}) nor a readable file: "
                    + $"{e.Message}", e)
            { File = chain.IsEmpty ? null : chain[^1] };
        }

        return ProfileReader.Read(utf8, path, name => Load(name, Path.GetDirectoryName(path)!, chain.Add(path), opened),
            Path.GetDirectoryName(path)!, opened: opened);
    }
}
