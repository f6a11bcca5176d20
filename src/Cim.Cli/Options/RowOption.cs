using System.CommandLine;
using System.Globalization;
using Cim.Compiler.Options;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Cli.Options;

/// <summary>An option of the command line that is made from a row of the table; its values are checked against the row.</summary>
internal interface IRowOption
{
    /// <summary>The row.</summary>
    OptionRow Row { get; }
}

/// <summary>The same with a value.</summary>
internal sealed class RowOption<T> : Option<T>, IRowOption
{
    /// <summary>Makes the option: name, help, choices and default are those of the row.</summary>
    /// <param name="row">The row.</param>
    /// <param name="help">What the option does in this command; null = as in a compilation.</param>
    public RowOption(OptionRow row, string? help = null) : base(row.Flag)
    {
        Row = row;
        if (row.ShortFlag is { } flag) Aliases.Add(flag);
        Description = OptionTable.Spelled(help ?? row.Help, other => other.Flag).Replace('`', '\'')
            + (row.Range is null ? "" : $" Expects {row.Allowed()}.");
        if (row.Choices.Count > 0)
        {
            HelpName = string.Join('|', row.Choices);
            CompletionSources.Add([.. row.Choices]);
        }

        if (row == OptionTable.Hardware) CompletionSources.Add([.. HardwareProfiles.BuiltInNames]);
        if (row.Default is { } standard && row.Kind != OptionKind.Flag && Nullable.GetUnderlyingType(typeof(T)) is null)
            DefaultValueFactory = _ => (T)Convert.ChangeType(standard, typeof(T), CultureInfo.InvariantCulture);
        AllowMultipleArgumentsPerToken = row.IsRepeatable;
    }

    /// <inheritdoc/>
    public OptionRow Row { get; }
}
