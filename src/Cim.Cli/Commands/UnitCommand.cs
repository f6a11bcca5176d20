using System.CommandLine;
using Cim.Cli.Commands.Studies;
using Cim.Cli.Invocation;
using Cim.Cli.Studies;
using Cim.Compiler.Messages;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary><c>cim unit I --store DIR</c>: computes a unit of a study, unless that was done before.</summary>
internal static class UnitCommand
{
    private static readonly Argument<int> _unit = new("unit") { Description = "The unit, from 0." };
    private static readonly Option<string> _store = new("--store") { Description = "The folder of the study.", Required = true };

    public static Command Create() => new Command("unit", "Computes one unit of a study.") { _unit, _store }.Does((parsed, context) =>
    {
        var store = new StudyStore(parsed.GetRequiredValue(_store));
        int index = parsed.GetRequiredValue(_unit);
        IReadOnlyList<StudyUnit> units = store.Open().Units;
        if (units.Count == 0)
            throw OptionError.Usage($"The study has no units yet: 'cim gather {store.Folder}' says which come first.");
        if (index < 0 || index >= units.Count)
            throw OptionError.Usage($"The unit is {index}; the study has units 0 to {units.Count - 1}.");
        // Before anything is loaded: a cluster may start a task twice.
        bool isDone = store.Result(units[index]) is not null;
        if (!isDone)
            StudyCommand.With(parsed, context, store, work => work.Compute(units[index], context.Cancellation));
        context.WriteResult(new UnitDocument(index, units[index], isDone), StudyOutputJson.Relaxed.UnitDocument,
            text => text.WriteLine($"unit {index} of {units.Count}{(isDone ? " was done before" : "")}: {units[index].What}"));
    });
}
