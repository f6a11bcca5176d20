using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using Cim.Tasks.Options;

namespace Cim.Cli;

/// <summary>
/// Words problems for a build, where options are metadata of an item and not flags: <c>--search</c> is <c>Search</c>, and whatever
/// names no file is about the model. The names come from the table the build itself uses.
/// </summary>
internal static partial class BuildWording
{
    /// <summary>Set by the build task; people have no use for it.</summary>
    public static Option<bool> InBuild { get; } = new("--in-build") { Hidden = true, Recursive = true };

    // What a build switches by properties.
    private static readonly Dictionary<string, string> _properties = new(StringComparer.Ordinal)
    {
        ["--force-evaluate"] = "-p:CimForceEvaluate=true",
        ["--refresh-lock"] = "-p:CimLockedMode=false",
        ["--locked"] = "-p:CimLockedMode=true",
    };

    /// <summary>The problem as it is for a command line, or in words of a build if it was started by one.</summary>
    public static Problem Word(Problem problem, ParseResult parsed) =>
        parsed.GetResult(InBuild) is { Implicit: false } ? ForBuild(problem, ModelOf(parsed)) : problem;

    /// <summary>The problem in words of a build.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="model">The model it is about unless it names a file.</param>
    public static Problem ForBuild(Problem problem, string? model) =>
        problem with { File = problem.File ?? model, Message = Flag().Replace(problem.Message, Reword) };

    private static string Reword(Match match)
    {
        string flag = match.Groups["flag"].Value, rest = match.Value[flag.Length..];
        if (_properties.TryGetValue(flag, out string? property)) return property + rest;
        if (ModelMetadata.All.FirstOrDefault(m => m.Flag == flag) is not { } option) return match.Value;
        Group is_ = match.Groups["is"], value = match.Groups["value"];
        if (is_.Success) return $"{option.Name}=\"{is_.Value}\"";
        return value.Success && IsValue(option, value.Value) ? $"{option.Name}=\"{value.Value}\"" : option.Name + rest;
    }

    // "--strips auto" names a value, "--strips out" does not.
    private static bool IsValue(ModelMetadata option, string text) => option.Kind switch
    {
        MetadataKind.Choice => option.Choices.Contains(text, StringComparer.Ordinal),
        MetadataKind.Dimensions => false,
        _ => text == "auto" || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
    };

    private static string? ModelOf(ParseResult parsed) =>
        parsed.CommandResult.Command.Arguments.OfType<Argument<string>>().FirstOrDefault(a => a.Name == "model") is { } model
            && parsed.GetResult(model) is not null
            ? parsed.GetValue(model) : null;

    [GeneratedRegex(@"(?<![\w/\\-])(?<flag>--[a-z][a-z0-9]*(?:-[a-z0-9]+)*)(?: is '(?<is>[^']*)'| is (?<is>-?[0-9][0-9.E+-]*[0-9]|-?[0-9])(?=[;,])| (?<value>[A-Za-z0-9_][A-Za-z0-9_=.]*[A-Za-z0-9_=]|[A-Za-z0-9]))?", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Flag();
}
