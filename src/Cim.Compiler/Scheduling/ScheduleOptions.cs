using Cim.Compiler.Scheduling.Copies;
using Cim.Compiler.Scheduling.Simulation;

namespace Cim.Compiler.Scheduling;

/// <summary>What a schedule is asked for.</summary>
internal sealed record ScheduleOptions
{
    /// <summary>What may run at once.</summary>
    public PipelineKind Pipeline { get; init; } = PipelineKind.CrossLayer;

    /// <summary>How copies are placed.</summary>
    public CopyRule Copies { get; init; } = CopyRule.Optimise;

    /// <summary>What <see cref="CopyRule.Optimise"/> searches for.</summary>
    public ScheduleGoal Goal { get; init; }

    /// <summary>Arrays beside one copy of each layer; null = all of the chip.</summary>
    public long? ExtraArrays { get; init; }

    /// <summary>True: rows wait in the buffers that the chip has; false: in as much as they need.</summary>
    public bool HasChipBuffers { get; init; }

    /// <summary>Images one after the other.</summary>
    public int Images { get; init; } = 1;

    /// <summary>True if the time from one image to the next is what counts: layers are pipelined over images, and one stands for
    /// all.</summary>
    public bool CountsInterval => Images == 1 && Pipeline != PipelineKind.Serial
        && (Goal == ScheduleGoal.Throughput || Pipeline == PipelineKind.Batch);
}
