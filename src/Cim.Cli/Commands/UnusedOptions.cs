using System.CommandLine;
using Cim.Cli.Invocation;
using Cim.Runtime;

namespace Cim.Cli.Commands;

/// <summary>An option that changes nothing unless something else is asked for too.</summary>
/// <param name="Option">The option.</param>
/// <param name="HasEffect">True if it changes something here.</param>
/// <param name="BelongsTo">What it belongs to, and how to ask for that: the end of the sentence "it is about ...".</param>
internal sealed record DependentOption(Option Option, bool HasEffect, string BelongsTo);

/// <summary>Warns (CIM3021) of options that were given and change nothing, so that nothing is ignored in silence.</summary>
internal static class UnusedOptions
{
    /// <summary>Warns once for each option of the table that was given without effect.</summary>
    public static void Warn(ParseResult parsed, CommandContext context, params ReadOnlySpan<DependentOption> table)
    {
        foreach (DependentOption entry in table)
        {
            if (entry.HasEffect || parsed.GetResult(entry.Option) is not { Implicit: false }) continue;
            context.Warn(ErrorCodes.OptionWithoutEffect, $"{entry.Option.Name} has no effect: it is about {entry.BelongsTo}.");
        }
    }
}
