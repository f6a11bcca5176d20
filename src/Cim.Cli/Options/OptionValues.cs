using System.CommandLine;
using System.Globalization;
using Cim.Compiler.Options;

namespace Cim.Cli.Options;

/// <summary>The options of a command that has one for each row, and their values on a command line.</summary>
internal sealed class OptionValues
{
    private readonly Dictionary<string, Option> _options = new(StringComparer.Ordinal);

    /// <summary>Adds an option for each row to a command.</summary>
    public OptionValues(Command command, IEnumerable<OptionRow> rows)
    {
        foreach (OptionRow row in rows)
        {
            Option option = row.Kind == OptionKind.Flag ? new RowOption<bool>(row)
                : row.IsRepeatable ? new RowOption<string[]>(row) : new RowOption<string?>(row);
            _options.Add(row.Name, option);
            command.Options.Add(option);
        }
    }

    /// <summary>Reads a command line.</summary>
    public OptionReader Read(ParseResult parsed) => new(parsed, _options);
}

/// <summary>The values of one command line; that they are allowed has been checked.</summary>
internal sealed class OptionReader(ParseResult parsed, IReadOnlyDictionary<string, Option> options)
{
    /// <summary>True if the command line has the option.</summary>
    public bool IsSet(OptionRow row) => parsed.GetResult(options[row.Name]) is { Implicit: false };

    /// <summary>Whether a flag is set.</summary>
    public bool Flag(OptionRow row) => parsed.GetValue((Option<bool>)options[row.Name]);

    /// <summary>The text of an option, or that of its default; null without both.</summary>
    public string? Text(OptionRow row) => parsed.GetValue((Option<string?>)options[row.Name]);

    /// <summary>The text of an option that has a default.</summary>
    public string Choice(OptionRow row) => Text(row)!;

    /// <summary>The values of an option that may be repeated.</summary>
    public IEnumerable<string> List(OptionRow row) => parsed.GetValue((Option<string[]>)options[row.Name]) ?? [];

    /// <summary>The number of an option that has a default.</summary>
    public T Number<T>(OptionRow row) where T : struct, IParsable<T> => T.Parse(Text(row)!, CultureInfo.InvariantCulture);

    /// <summary>The number of an option; null unless the command line has it.</summary>
    public T? NumberIfSet<T>(OptionRow row) where T : struct, IParsable<T> =>
        IsSet(row) && Text(row) is { } text ? T.Parse(text, CultureInfo.InvariantCulture) : null;
}
