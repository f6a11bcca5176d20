using System.Collections;
using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Cim.Bench.Common;

/// <summary>
/// The command line that makes a result: every option with its value, defaults too, so that the line stays true when these change.
/// </summary>
internal static class CommandText
{
    /// <summary>Without the options that say where results go and which build is measured.</summary>
    public static string Of(ParseResult parsed)
    {
        var words = new List<string>();
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult { Command: var command }; result = result.Parent)
            words.Insert(0, command is RootCommand ? "bench" : command.Name);
        foreach (Argument argument in parsed.CommandResult.Command.Arguments)
            words.AddRange(Values(parsed.GetResult(argument)?.GetValueOrDefault<object?>()));
        foreach (Option option in parsed.CommandResult.Command.Options)
        {
            if (option is HelpOption or VersionOption || option.Name is "--out") continue;
            object? value = parsed.GetResult(option)?.GetValueOrDefault<object?>();
            if (value is true) words.Add(option.Name);
            else if (value is not (null or false or "" or ICollection { Count: 0 }))
                words.AddRange([option.Name, Quoted(string.Join(',', Values(value)))]);
        }

        return string.Join(' ', words);
    }

    private static IEnumerable<string> Values(object? value) => value switch
    {
        null => [],
        IEnumerable list and not string => list.Cast<object?>().SelectMany(Values),
        // Results are committed, and the folders of a machine mean nothing in them.
        string path when Path.IsPathRooted(path) => [Path.GetFileName(path)],
        _ => [Convert.ToString(value, CultureInfo.InvariantCulture)!],
    };

    private static string Quoted(string text) => text.Any(char.IsWhiteSpace) ? $"\"{text}\"" : text;
}
