using System.CommandLine;
using Cim.Cli.Options;
using Cim.Compiler.Data;
using Cim.Compiler.Options;

namespace Cim.Cli.Commands;

/// <summary>The options of every command that reads data files: what is done to their numbers before the network sees them.</summary>
internal sealed class DataArguments
{
    private readonly RowOption<string?> _scale = new(OptionTable.Scale), _mean = new(OptionTable.Mean), _std = new(OptionTable.Std);

    /// <summary>Adds the options to a command.</summary>
    public DataArguments(Command command)
    {
        command.Options.Add(_scale);
        command.Options.Add(_mean);
        command.Options.Add(_std);
    }

    /// <summary>Whether the command line has one of them.</summary>
    public bool IsSet(ParseResult parsed) =>
        new Option[] { _scale, _mean, _std }.Any(option => parsed.GetResult(option) is { Implicit: false });

    /// <exception cref="CimException">Wrong usage: not numbers, or zero.</exception>
    public Preprocessing Read(ParseResult parsed) =>
        Preprocessing.Parse(parsed.GetValue(_scale), parsed.GetValue(_mean), parsed.GetValue(_std));
}
