using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Cim.Cli.Studies.Slurm;

/// <summary>The scripts that sbatch submits.</summary>
/// <param name="store">The store of the study.</param>
/// <param name="command">The words that start the <c>cim</c> command.</param>
/// <param name="settings">How units run.</param>
internal sealed class SlurmScripts(StudyStore store, ImmutableArray<string> command, SlurmSettings settings)
{
    /// <summary>How often a task that was killed, or ran out of its time, is put back into the queue.</summary>
    private const int Requeues = 3;

    /// <summary>A task of the array: one unit. Its argument is the unit of task 0.</summary>
    public string Units() => Script("cim-units", "%A_%a.log",
        $"{Cim("unit")} $((SLURM_ARRAY_TASK_ID + ${{1:-0}})) --store {Quoted(store.Folder)}");

    /// <summary>The job after the array: it puts the result together, or submits the next round.</summary>
    /// <param name="grows">Whether there may be a next round.</param>
    public string Gather(bool grows) => Script(
        "cim-gather", "gather_%j.log", grows ? Cim("gather", store.Folder, "--submit", "slurm") : Cim("gather", store.Folder));

    private string Script(string name, string log, string command)
    {
        var script = new StringBuilder("#!/bin/bash\n");
        Directive(script, "job-name", name);
        Directive(script, "output", store.At("logs", log));
        Directive(script, "open-mode", "append");
        script.Append("#SBATCH --requeue\n");
        // Half a minute before the time limit, so that the task can go back into the queue: Slurm itself does so only where a node
        // fails.
        Directive(script, "signal", "B:USR1@30");
        if (settings.Parallel > 0) script.Append(CultureInfo.InvariantCulture, $"# At most {settings.Parallel} tasks at a time.\n");
        foreach (string option in settings.Options) script.Append("#SBATCH --").Append(option).Append('\n');
        script.Append(CultureInfo.InvariantCulture, $$"""

            # A result is written whole or not at all: a task that was killed is done again, one that is done does nothing.
            again() {
                if [ "${SLURM_RESTART_COUNT:-0}" -lt {{Requeues}} ]; then scontrol requeue "$SLURM_JOB_ID"; fi
                exit "$1"
            }
            ended() {
                [ -z "${child:-}" ] || { kill -TERM "$child"; wait "$child"; } 2> /dev/null
                [ "$1" = 143 ] && exit 143
                again "$1"
            }
            trap 'ended 124' USR1
            trap 'ended 143' TERM
            [ -z "${SLURM_CPUS_PER_TASK:-}" ] || export DOTNET_PROCESSOR_COUNT=$SLURM_CPUS_PER_TASK

            """);
        if (settings.Setup is { } lines) script.Append(lines.TrimEnd('\n')).Append('\n');
        script.Append(CultureInfo.InvariantCulture, $$"""
            {{command}} &
            child=$!
            wait "$child"
            code=$?
            [ "$code" -le 128 ] || again "$code"
            exit "$code"

            """);
        return script.ToString();
    }

    private static void Directive(StringBuilder script, string name, string value) =>
        script.Append("#SBATCH --").Append(name).Append('=').Append(value).Append('\n');

    private string Cim(params ReadOnlySpan<string> words) =>
        string.Join(' ', (string[])[.. command.Select(Quoted), .. words.ToArray().Select(Quoted)]);

    private static string Quoted(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
