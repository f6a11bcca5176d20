using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Cim.Cli;

/// <summary>What holds for the options of every command: how numbers are written, and which name was probably meant.</summary>
internal static class OptionRules
{
    /// <summary>Adds the rules to a command and those below it.</summary>
    public static void Apply(Command command)
    {
        foreach (Option option in command.Options)
        {
            Type type = Nullable.GetUnderlyingType(option.ValueType) ?? option.ValueType;
            if (type == typeof(double)) option.Validators.Add(result => Check(result, option.Name, IsNumber, "which is no number; write it as in 0.5"));
            else if (type == typeof(int) || type == typeof(long)) option.Validators.Add(result => Check(result, option.Name, t => Whole(t, type == typeof(int) ? int.MinValue : long.MinValue, type == typeof(int) ? int.MaxValue : long.MaxValue), "which is no whole number, or too large"));
            else if (type == typeof(ulong)) option.Validators.Add(result => Check(result, option.Name, t => Whole(t, 0, ulong.MaxValue), "which is no whole number from 0 on, or too large"));
        }

        foreach (Command below in command.Subcommands) Apply(below);
    }

    /// <summary>A sentence with the name that was probably meant, for a command line with one that does not exist; else empty.</summary>
    public static string Suggestion(ParseResult parsed)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (SymbolResult? at = parsed.CommandResult; at is not null; at = at.Parent)
            if (at is CommandResult { Command: var command })
                names.UnionWith(command.Options.SelectMany(o => o.Aliases.Append(o.Name)).Concat(at == parsed.CommandResult ? command.Subcommands.Select(c => c.Name) : []));
        foreach (string wrong in parsed.UnmatchedTokens)
        {
            string name = wrong.Split('=', ':')[0];
            string? nearest = names.Where(n => n.Length > 2).OrderBy(n => Distance(name, n)).ThenBy(n => n, StringComparer.Ordinal).FirstOrDefault();
            if (nearest is not null && Distance(name, nearest) <= Math.Max(2, name.Length / 4)) return $" Did you mean '{nearest}'?";
        }

        return "";
    }

    private static void Check(OptionResult result, string name, Func<string, bool> holds, string what)
    {
        foreach (Token token in result.Tokens)
            if (!holds(token.Value)) result.AddError($"{name} is '{token.Value}', {what}.");
    }

    private static bool IsNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value);

    private static bool Whole(string text, Int128 low, Int128 high) =>
        Int128.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 value) && value >= low && value <= high;

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
