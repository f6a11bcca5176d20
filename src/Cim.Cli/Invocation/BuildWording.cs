using System.CommandLine;
using Cim.Compiler.Messages;

namespace Cim.Cli.Invocation;

/// <summary>
/// Words problems for a build, where options are metadata of an item and not flags, and where a problem that names no file is about the
/// model.
/// </summary>
internal static class BuildWording
{
    /// <summary>Set by the build task; people have no use for it.</summary>
    public static Option<bool> InBuild { get; } = new("--in-build") { Hidden = true, Recursive = true };

    /// <summary>The problem as it is for a command line, or in words of a build if it was started by one.</summary>
    public static Problem Word(Problem problem, ParseResult parsed) =>
        parsed.GetResult(InBuild) is { Implicit: false } ? ForBuild(problem, ModelOf(parsed)) : problem;

    /// <summary>The problem in words of a build.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="model">The model it is about unless it names a file.</param>
    public static Problem ForBuild(Problem problem, string? model) =>
        problem with { File = problem.File ?? model, Text = problem.Text.ToString(option => option.OnItem) };

    private static string? ModelOf(ParseResult parsed) =>
        parsed.CommandResult.Command.Arguments.OfType<Argument<string>>().FirstOrDefault(a => a.Name == "model") is { } model
            && parsed.GetResult(model) is not null
            ? parsed.GetValue(model) : null;
}
