using Cim.Compiler.Scheduling.Rows;
using Cim.Compiler.Scheduling.Simulation;

namespace Cim.Compiler.Scheduling;

/// <summary>How many bytes wait for their consumers.</summary>
internal static class BufferUse
{
    /// <summary>The most bytes at one time: a row waits from the start of the work on it until the last row that needs it is done. Rows
    /// that a view passes on are counted where they are made and where they are named anew.</summary>
    public static long Peak(StageGraph graph, IReadOnlyList<StageWork> work, RowTimes times)
    {
        var changes = new List<(double Ns, long Bytes)>();
        for (int s = 0; s < graph.Stages.Length; s++)
        {
            if (graph.Stages[s].IsView) continue;
            double[] freed = Freed(graph, times, s);
            for (int r = 0; r < freed.Length; r++)
            {
                if (freed[r] <= times.Start[s][r]) continue;
                changes.Add((times.Start[s][r], work[s].RowBytes));
                changes.Add((freed[r], -work[s].RowBytes));
            }
        }

        long now = 0, peak = 0;
        // What is freed at a time makes room for what starts then.
        foreach ((_, long bytes) in changes.OrderBy(c => c.Ns).ThenBy(c => c.Bytes)) peak = Math.Max(peak, now += bytes);
        return peak;
    }

    /// <summary>When each row of a stage is needed no more; the network's outputs leave when they are made.</summary>
    public static double[] Freed(StageGraph graph, RowTimes times, int stage)
    {
        int rows = graph.Stages[stage].Rows;
        double[] freed = [.. times.End[stage]];
        foreach (int consumer in graph.Consumers[stage])
        {
            Stage reader = graph.Stages[consumer];
            double[] ends = graph.Stages[consumer].IsView ? Freed(graph, times, consumer) : times.End[consumer];
            foreach (StageInput input in reader.Inputs.Where(i => i.Producer == stage))
                for (int image = 0; image < times.Images; image++)
                    for (int r = 0; r < reader.Rows; r++)
                        for (int n = input.Needs.First(r); n <= input.Needs.Last(r); n++)
                            freed[(image * rows) + n] = Math.Max(freed[(image * rows) + n], ends[(image * reader.Rows) + r]);
        }

        return freed;
    }
}
