using System.Collections.Immutable;
using System.CommandLine;
using System.CommandLine.Parsing;
using Cim.Cli.Options;
using Cim.Compiler.Options;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Cli.Studies;

/// <summary>What a command line names files with, beside the options of which the table knows it.</summary>
/// <param name="Paths">Arguments and options that name files or folders.</param>
internal sealed record StudyFiles(params IReadOnlyCollection<Symbol> Paths)
{
    /// <summary>An option whose value has paths in it, and the value with those absolute.</summary>
    public (Symbol Option, Func<string, string> Absolute)? Inside { get; init; }

    /// <summary>A path, or the name of a built-in profile, in a form that means the same in every folder.</summary>
    public static string Profile(string text) => HardwareProfiles.BuiltInNames.Contains(text) ? text : Path.GetFullPath(text);
}

/// <summary>The command line of a study in a form that means the same in every folder.</summary>
internal static class StudyArguments
{
    /// <summary>The command line that was parsed.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="files">What names files in it.</param>
    /// <param name="leftOut">Options that do not belong to the study.</param>
    /// <returns>Paths absolute, an option and its value one text.</returns>
    public static ImmutableArray<string> Of(ParseResult parsed, StudyFiles files, IReadOnlyCollection<Symbol> leftOut)
    {
        var texts = ImmutableArray.CreateBuilder<string>();
        texts.Add(parsed.CommandResult.Command.Name);
        foreach (SymbolResult result in parsed.CommandResult.Children)
        {
            if (result is ArgumentResult argument)
                texts.AddRange(argument.Tokens.Select(t => Value(t.Value, argument.Argument, files)));
            else if (result is OptionResult { Implicit: false, Option: var option } && !leftOut.Contains(option))
                texts.AddRange(result.Tokens.Count == 0
                    ? [option.Name]
                    : result.Tokens.Select(t => $"{option.Name}={Value(t.Value, option, files)}"));
        }

        return texts.ToImmutable();
    }

    private static string Value(string text, Symbol symbol, StudyFiles files)
    {
        if (files.Inside is { } inside && symbol == inside.Option) return inside.Absolute(text);
        FileUse use = (symbol as IRowOption)?.Row.File ?? FileUse.None;
        if (use == FileUse.NameOrRead) return StudyFiles.Profile(text);
        return files.Paths.Contains(symbol) || use != FileUse.None ? Path.GetFullPath(text) : text;
    }
}
