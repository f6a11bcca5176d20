using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;

namespace Cim.Compiler.Pipeline;

/// <summary>
/// Runs stages one after the other. Nobody else looks at the clock, reports that a stage begins, stops between stages, verifies the graphs
/// a stage made, writes them out on request, or passes over a stage whose result the lock file holds.
/// </summary>
/// <param name="context">The compilation.</param>
internal sealed class StageRunner(CompileContext context)
{
    private readonly StageDump? _dump = context.Options.Import.DumpDirectory is { } directory ? new StageDump(directory) : null;

    /// <summary>The state after all stages.</summary>
    /// <exception cref="CimException">What a stage throws, or that it left a graph that is none.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <param name="state">The state before.</param>
    /// <param name="stages">The stages.</param>
    /// <param name="following">The names of stages that another process does afterwards, in the same time budget.</param>
    public CompileState Run(CompileState state, ImmutableArray<ICompileStage> stages, ImmutableArray<string> following = default)
    {
        ImmutableArray<string> names = [.. stages.Select(s => s.Name), .. following.IsDefault ? [] : following];
        for (int i = 0; i < stages.Length; i++)
        {
            ICompileStage stage = stages[i];
            context.Cancellation.ThrowIfCancellationRequested();
            if (state.IsLocked(stage.LockedBy) || !stage.AppliesTo(state, context)) continue;
            context.Time.Begin(stage.Name, names[(i + 1)..]);
            if (stage.Announcement(state, context) is { } line) context.Announce(line);
            double start = context.Seconds;
            context.IsLockable = stage.LockedBy != LockedPart.Nothing;
            CompileState next = stage.Run(state, context);
            context.IsLockable = false;
            context.Time.End(stage.Name, context.Seconds - start);
            next = next with { Times = [.. next.Times, new StageTime(stage.Name, context.Seconds - start)] };
            Verify(stage, state, next);
            _dump?.Write(stage.Name, next);
            state = next;
            UnusedMemory.Return();
        }

        return state;
    }

    private static void Verify(ICompileStage stage, CompileState before, CompileState after)
    {
        foreach (Graph graph in after.Graphs.Except(before.Graphs, ReferenceEqualityComparer.Instance).Cast<Graph>())
            GraphVerifier.Verify(graph, stage.Name);
    }
}
