using System.CommandLine;
using Cim.Compiler.Data;
using Cim.Runtime;

namespace Cim.Cli.Commands;

/// <summary>The options of every command that reads data files: what is done to their numbers before the network sees them.</summary>
internal sealed class DataArguments
{
    private readonly Option<string?> _scale = new("--scale")
    {
        Description = "Data is (x * scale - mean) / std; one number, or one per channel: 1/255.",
    };
    private readonly Option<string?> _mean = new("--mean") { Description = "See --scale; for example 0.485,0.456,0.406." };
    private readonly Option<string?> _std = new("--std") { Description = "See --scale." };

    /// <summary>Adds the options to a command.</summary>
    public DataArguments(Command command)
    {
        command.Options.Add(_scale);
        command.Options.Add(_mean);
        command.Options.Add(_std);
    }

    /// <summary>Whether the command line has one of them.</summary>
    public bool IsGiven(ParseResult parsed) =>
        new[] { _scale, _mean, _std }.Any(option => parsed.GetResult(option) is { Implicit: false });

    /// <exception cref="CimException">Wrong usage: not numbers, or zero.</exception>
    public Preprocessing Read(ParseResult parsed) =>
        Preprocessing.Parse(parsed.GetValue(_scale), parsed.GetValue(_mean), parsed.GetValue(_std));
}
