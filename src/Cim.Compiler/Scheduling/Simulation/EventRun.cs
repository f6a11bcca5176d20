namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>What an event simulation is asked for.</summary>
/// <param name="Pipeline">What may run at once.</param>
/// <param name="Images">Images one after the other.</param>
/// <param name="Chip">What holds stages up.</param>
/// <param name="Owners">The layer on whose cores each stage works; empty = none.</param>
internal sealed record EventRun(PipelineKind Pipeline, int Images, ChipLimits Chip, int[] Owners)
{
    /// <summary>Which flow of a producer a reader waits for; -1 = none, the row is there when it exists.</summary>
    public int FlowOf(int producer, int reader)
    {
        if (Chip.Flows is not { } flows) return -1;
        for (int f = 0; f < flows.Of[producer].Length; f++)
            if (flows.Of[producer][f].Reader == Owners[reader]) return f;
        return flows.Of[producer].Length;
    }
}
