using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;

namespace Cim.Cli.Options;

/// <summary>What holds for the options of every command: how values are written, and which name was probably meant.</summary>
internal static class OptionRules
{
    /// <summary>What is wrong with the values of a command line, beside what the parser sees.</summary>
    /// <returns>The argument or option, and a sentence.</returns>
    public static IReadOnlyList<(SymbolResult Of, MessageText Message)> Problems(ParseResult parsed)
    {
        var problems = new List<(SymbolResult, MessageText)>();
        HashSet<string> names = NamesOf(parsed);
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
            foreach (SymbolResult result in (at as CommandResult)?.Children ?? [])
                if (Problem(result, names) is { } message) problems.Add((result, message));
        return problems;
    }

    private static MessageText? Problem(SymbolResult result, HashSet<string> names)
    {
        if (result is ArgumentResult argument)
        {
            if (!argument.Tokens.Any(t => IsEmpty(t.Value))) return null;
            return $"<{argument.Argument.Name}> is empty; name a file or what else it is.";
        }

        if (result is not OptionResult { Implicit: false, Option: var option }) return null;
        OptionRow? row = (option as IRowOption)?.Row;
        MessageText name = row is null ? option.Name : row;
        if (result.Tokens.FirstOrDefault(t => names.Contains(t.Value)) is { } other)
            return $"{name} has no value: '{other.Value}' is an option.";
        if (result.Tokens.Any(t => IsEmpty(t.Value))) return $"{name} is empty; set a value, or leave it out.";
        if (row is not null) return Problem(result, row);
        (Func<string, bool> holds, string what) = Rule(Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType);
        if (result.Tokens.FirstOrDefault(t => !holds(t.Value)) is not { } wrong) return null;
        return $"{option.Name} is '{wrong.Value}', {what}.";
    }

    private static MessageText? Problem(SymbolResult result, OptionRow row)
    {
        if (result.Tokens.FirstOrDefault(t => !row.Allows(t.Value)) is { } wrong)
            return $"{row.Is(wrong.Value)}; expected {row.Allowed()}.";
        if (result.Tokens.Count <= 1 || row.IsRepeatable) return null;
        return $"{row.Named()} is set more than once.";
    }

    private static (Func<string, bool> Holds, string What) Rule(Type type) =>
        type == typeof(double) ? (IsNumber, "which is no number; write it as in 0.5")
        : type == typeof(int) ? (t => Whole(t, int.MinValue, int.MaxValue), "which is no whole number, or too large")
        : type == typeof(long) ? (t => Whole(t, long.MinValue, long.MaxValue), "which is no whole number, or too large")
        : type == typeof(ulong) ? (t => Whole(t, 0, ulong.MaxValue), "which is no whole number from 0 on, or too large")
        : (_ => true, "");

    /// <summary>The names of the options that may stand in a command line.</summary>
    private static HashSet<string> NamesOf(ParseResult parsed)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
            if (at is CommandResult { Command: var command })
                names.UnionWith(command.Options.Where(o => !o.Hidden).SelectMany(o => o.Aliases.Append(o.Name)));
        return names;
    }

    /// <summary>A sentence with the name that was probably meant, for a command line with one that does not exist; else null.</summary>
    public static string? Suggestion(ParseResult parsed)
    {
        HashSet<string> names = NamesOf(parsed);
        names.UnionWith(parsed.CommandResult.Command.Subcommands.Select(c => c.Name));
        names.RemoveWhere(name => name.Length <= 2);
        foreach (string wrong in parsed.UnmatchedTokens.Where(_ => names.Count > 0))
        {
            string name = wrong.Split('=', ':')[0], nearest = Spelling.Nearest(name, names);
            if (Spelling.Distance(name, nearest) <= Math.Max(2, name.Length / 4)) return $"Did you mean '{nearest}'?";
        }

        return null;
    }

    private static bool IsEmpty(string text) => string.IsNullOrWhiteSpace(text) || text.Contains('\0', StringComparison.Ordinal);

    private static bool IsNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value);

    private static bool Whole(string text, Int128 low, Int128 high) =>
        Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 value) && value >= low
            && value <= high;
}
