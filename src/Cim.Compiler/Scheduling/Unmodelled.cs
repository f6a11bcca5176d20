using System.Collections.Immutable;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling;

/// <summary>What a schedule does not count.</summary>
internal static class Unmodelled
{
    /// <summary>The parts of a chip whose time or energy is missing in a schedule.</summary>
    public static ImmutableArray<string> Of(HardwareProfile profile, ScheduleOptions options)
    {
        ChipFigures chip = profile.Chip;
        var missing = ImmutableArray.CreateBuilder<string>();
        if (chip.DigitalOperationsPerSecond == 0) missing.Add("time of digital operators (digital.rate)");
        if (chip.DigitalEnergyPj == 0) missing.Add("energy of digital operators (digital.energy)");
        if (chip.Topology == NetworkTopology.Ideal) missing.Add("the network between cores (network.topology)");
        if (!options.HasChipBuffers || chip.LocalBufferBytes == 0) missing.Add("limits of buffers (buffers.local)");
        if (chip.OffChipBitsPerSecond == 0) missing.Add("time of inputs from the memory beside the chip (offChip.rate)");
        missing.Add("time of results on their way out");
        missing.Add("control and instructions");
        return missing.ToImmutable();
    }
}
