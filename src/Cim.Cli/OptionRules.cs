using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Cim.Cli;

/// <summary>What holds for the options of every command: how numbers are written, and which name was probably meant.</summary>
internal static class OptionRules
{
    /// <summary>What is wrong with the values of a command line, beside what the parser sees.</summary>
    /// <returns>The argument or option, and a sentence.</returns>
    public static IReadOnlyList<(SymbolResult Of, string Message)> Problems(ParseResult parsed)
    {
        var problems = new List<(SymbolResult, string)>();
        HashSet<string> names = NamesOf(parsed);
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
            foreach (SymbolResult result in (at as CommandResult)?.Children ?? [])
                if (Problem(result, names) is { } message) problems.Add((result, message));
        return problems;
    }

    private static string? Problem(SymbolResult result, HashSet<string> names)
    {
        if (result is ArgumentResult argument)
            return argument.Tokens.Any(t => IsEmpty(t.Value))
                ? $"<{argument.Argument.Name}> is empty; name a file or what else it is."
                : null;
        if (result is not OptionResult { Implicit: false, Option: var option }) return null;
        if (result.Tokens.FirstOrDefault(t => names.Contains(t.Value)) is { } name)
            return $"{option.Name} has no value: '{name.Value}' is an option.";
        if (result.Tokens.Any(t => IsEmpty(t.Value))) return $"{option.Name} is empty; give it a value, or leave it out.";
        (Func<string, bool> holds, string what) = Rule(Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType);
        return result.Tokens.FirstOrDefault(t => !holds(t.Value)) is { } wrong ? $"{option.Name} is '{wrong.Value}', {what}." : null;
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

    /// <summary>A sentence with the name that was probably meant, for a command line with one that does not exist; else empty.</summary>
    public static string Suggestion(ParseResult parsed)
    {
        HashSet<string> names = NamesOf(parsed);
        names.UnionWith(parsed.CommandResult.Command.Subcommands.Select(c => c.Name));
        foreach (string wrong in parsed.UnmatchedTokens)
        {
            string name = wrong.Split('=', ':')[0];
            string? nearest = names.Where(n => n.Length > 2).OrderBy(n => Distance(name, n)).ThenBy(n => n, StringComparer.Ordinal)
                .FirstOrDefault();
            if (nearest is not null && Distance(name, nearest) <= Math.Max(2, name.Length / 4)) return $" Did you mean '{nearest}'?";
        }

        return "";
    }

    private static bool IsEmpty(string text) => string.IsNullOrWhiteSpace(text) || text.Contains('\0', StringComparison.Ordinal);

    private static bool IsNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value);

    private static bool Whole(string text, Int128 low, Int128 high) =>
        Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 value) && value >= low
            && value <= high;

    /// <summary>Letters to insert, take away or exchange, to make one name of the other.</summary>
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 0; i < a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i + 1;
            for (int j = 0; j < b.Length; j++)
            {
                int replaced = diagonal + (a[i] == b[j] ? 0 : 1);
                diagonal = row[j + 1];
                row[j + 1] = Math.Min(replaced, 1 + Math.Min(diagonal, row[j]));
            }
        }

        return row[^1];
    }
}
