using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Placement;
using Cim.Compiler.Scheduling.Rows;
using Cim.Compiler.Scheduling.Simulation;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling;

/// <summary>What of a chip holds a schedule up.</summary>
internal static class Limits
{
    private const double BitsOfByte = 8, NsPerSecond = 1e9;

    /// <summary>The limits; null if there are none. The buffers of a layer's cores are divided evenly between the layer and the digital
    /// operators that work on its cores.</summary>
    public static ChipLimits? Of(StageGraph graph, ChipPlacement placement, HardwareProfile profile, ScheduleOptions options)
    {
        double local = options.HasChipBuffers ? profile.Chip.LocalBufferBytes : 0;
        if (options.Pipeline == PipelineKind.Serial || (local == 0 && !placement.IsShared)) return null;
        int[] stages = new int[graph.Layers.Length];
        foreach (int owner in placement.Owners.Where(o => o >= 0)) stages[owner]++;
        return new ChipLimits(
            [.. placement.Owners.Select(o => o < 0 || local == 0
                ? 0
                : Math.Max(1, (long)(local * placement.Cores[o].Count / stages[o])))],
            placement.IsShared
                ? [.. graph.Stages.Select(s => s.Layer < 0 ? [] : placement.Cores[s.Layer].Numbers.ToImmutableArray())]
                : [],
            profile.Chip.OffChipBitsPerSecond / BitsOfByte / NsPerSecond);
    }
}
