using System.Text;

namespace Cim.Compiler.Options;

/// <summary>
/// One option of a compilation: its names on the command line, on a <c>CimModel</c> item and as a property, its values, and the keys
/// it belongs to. Compiled into the compiler and into the build task, so both know the same names and limits.
/// </summary>
/// <param name="Name">The metadata of an item; a property has it with the prefix <c>Cim</c>.</param>
/// <param name="Kind">What a value is.</param>
/// <param name="Group">What it is about.</param>
/// <param name="Help">What it does, in a sentence; other options stand in braces, by name.</param>
internal sealed partial record OptionRow(string Name, OptionKind Kind, OptionGroup Group, string Help)
{
    private string? _flag, _keyName;

    /// <summary>The flag of the command line.</summary>
    public string Flag
    {
        get => _flag ??= "--" + Kebab(Name);
        init => _flag = value;
    }

    /// <summary>A shorter flag; null if there is none.</summary>
    public string? ShortFlag { get; init; }

    /// <summary>Further names as metadata and property.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>All names as metadata.</summary>
    public IEnumerable<string> Names => [Name, .. Aliases];

    /// <summary>The numbers there are; null if the value is none.</summary>
    public OptionRange? Range { get; init; }

    /// <summary>What 0 stands for, where it is no number like the others.</summary>
    public string? Zero { get; init; }

    /// <summary>What is counted.</summary>
    public string? Unit { get; init; }

    /// <summary>Whether <c>auto</c> may stand for the number.</summary>
    public bool HasAuto { get; init; }

    /// <summary>The values of a choice.</summary>
    public IReadOnlyList<string> Choices { get; init; } = [];

    /// <summary>Whether choices may be written in upper case.</summary>
    public bool IgnoresCase { get; init; }

    /// <summary>How values are formed.</summary>
    public OptionFormat Format { get; init; }

    /// <summary>What is done to the file it names.</summary>
    public FileUse File { get; init; }

    /// <summary>Whether a folder of images may stand for the file that is read.</summary>
    public bool MayBeFolder { get; init; }

    /// <summary>The value if there is none, as it is written; null = no value.</summary>
    public string? Default { get; init; }

    /// <summary>What the documentation says instead of <see cref="Default"/>.</summary>
    public string? DefaultNote { get; init; }

    /// <summary>Where it may stand.</summary>
    public OptionScope Scope { get; init; }

    /// <summary>What sets it in a build, for messages; null if metadata does.</summary>
    public string? BuildSwitch { get; init; }

    /// <summary>The page of the documentation that explains it; null if its help says all.</summary>
    public string? Page { get; init; }

    /// <summary>The keys it belongs to.</summary>
    public OptionKeys Keys { get; init; }

    /// <summary>Why it is not in the key of a lock file; null if it is.</summary>
    public string? NotInLock { get; init; }

    /// <summary>When it is written into the key of a lock file.</summary>
    public KeyWriting Writing { get; init; }

    /// <summary>The entry of a lock file's inputs that names it: <c>options</c>, or that of the file the option is about.</summary>
    public string KeyEntry { get; init; } = "options";

    /// <summary>Its name in keys.</summary>
    public string KeyName
    {
        get => _keyName ??= char.ToLowerInvariant(Name[0]) + Name.Substring(1);
        init => _keyName = value;
    }

    /// <summary>Whether the command line has it.</summary>
    public bool IsOnCommandLine => Scope != OptionScope.Item;

    /// <summary>Whether an item has it.</summary>
    public bool IsOnItem => Scope != OptionScope.CommandLine;

    /// <summary>Whether a value is a path, relative to the project.</summary>
    public bool IsPath => File != FileUse.None;

    /// <summary>Whether the value may be repeated on the command line.</summary>
    public bool IsRepeatable => Format is OptionFormat.Dimensions or OptionFormat.DimensionLists or OptionFormat.InputValues;

    /// <summary>The property that is the default of all items.</summary>
    public string Property => "Cim" + Name;

    /// <summary>Whether the option belongs to a key.</summary>
    public bool IsIn(OptionKeys keys) => (Keys & keys) != 0;

    /// <summary>The flag.</summary>
    public override string ToString() => Flag;

    private static string Kebab(string name)
    {
        StringBuilder flag = new();
        foreach (char c in name)
        {
            if (char.IsUpper(c) && flag.Length > 0) flag.Append('-');
            flag.Append(char.ToLowerInvariant(c));
        }

        return flag.ToString();
    }
}
