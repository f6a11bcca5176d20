using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Placement;
using Cim.Compiler.Scheduling.Rows;
using Cim.Compiler.Scheduling.Simulation;

namespace Cim.Compiler.Scheduling;

/// <summary>What each core does when: a core with one layer from its first row to its last, a shared core in turns.</summary>
internal static class TimelineBuilder
{
    /// <summary>The entries, by layer or by core and time.</summary>
    public static ImmutableArray<TimelineEntry> Of(StageGraph graph, ChipPlacement placement, RowTimes times)
    {
        var stages = Enumerable.Range(0, graph.Stages.Length).Where(s => graph.Stages[s].Layer >= 0).ToArray();
        if (!placement.IsShared)
            return [.. stages.GroupBy(s => graph.Stages[s].Layer).OrderBy(g => g.Key).SelectMany(g =>
            {
                (double start, double end) = (g.Min(s => times.Start[s][0]), g.Max(s => times.End[s][^1]));
                return placement.Cores[g.Key].Numbers.Select(core => new TimelineEntry(graph.Layers[g.Key].Name, core, start, end));
            })];

        var turns = new SortedDictionary<int, List<(double Start, double End, int Layer)>>();
        foreach (int s in stages)
            foreach (int core in placement.Cores[graph.Stages[s].Layer].Numbers)
            {
                if (!turns.TryGetValue(core, out List<(double, double, int)>? rows)) turns[core] = rows = [];
                for (int r = 0; r < times.Start[s].Length; r++) rows.Add((times.Start[s][r], times.End[s][r], graph.Stages[s].Layer));
            }

        return [.. turns.SelectMany(t => Merged(t.Value).Select(
            turn => new TimelineEntry(graph.Layers[turn.Layer].Name, t.Key, turn.Start, turn.End)))];
    }

    private static IEnumerable<(double Start, double End, int Layer)> Merged(List<(double Start, double End, int Layer)> rows)
    {
        rows.Sort();
        (double Start, double End, int Layer) turn = rows[0];
        foreach ((double start, double end, int layer) in rows.Skip(1))
        {
            if (layer == turn.Layer)
            {
                turn.End = Math.Max(turn.End, end);
                continue;
            }

            yield return turn;
            turn = (start, end, layer);
        }

        yield return turn;
    }
}
