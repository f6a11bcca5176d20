using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling;

/// <summary>What a schedule, or the cost of an inference without one, does not count.</summary>
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

    /// <summary>What is missing in the cost of an inference: energies and areas that the profile does not state, and what happens between
    /// layers.</summary>
    /// <param name="profile">The hardware.</param>
    /// <param name="cost">The cost on it.</param>
    public static ImmutableArray<string> Of(HardwareProfile profile, Cost cost)
    {
        ChipFigures chip = profile.Chip;
        CostEvents events = cost.Events;
        EnergyBreakdown energy = cost.Energy;
        var missing = ImmutableArray.CreateBuilder<string>();
        Energy(events.ArrayReads, energy.ArrayPj, "energy of array reads (arrayReadEnergy)");
        Energy(events.DacActivations, energy.DacPj, "energy of word lines (dacEnergy)");
        Energy(events.AdcConversions, energy.AdcPj, "energy of conversions (adcEnergy)");
        Energy(events.ShiftAdds, energy.ShiftAddPj, "energy of shift-and-add (shiftAddEnergy)");
        Energy(events.BufferBits, energy.BufferPj, "energy of buffers (bufferEnergy)");
        Energy(events.BusBits, energy.BusPj, "energy of buses (busEnergy)");
        Energy(events.InterconnectBits, energy.InterconnectPj, "energy between cores (interconnectEnergy)");
        Energy(events.CellWrites, energy.WritePj, "energy of programming (cellWriteEnergy)");
        if (cost.Arrays > 0 && cost.AreaUm2 == 0) missing.Add("area");
        if (chip.DigitalOperationsPerSecond == 0) missing.Add("time of digital operators (digital.rate)");
        if (chip.DigitalEnergyPj == 0) missing.Add("energy of digital operators (digital.energy)");
        missing.Add("time of transfers between layers");
        missing.Add("inputs and results from and to the memory beside the chip");
        missing.Add("control and instructions");
        return missing.ToImmutable();

        void Energy(long count, double pj, string what)
        {
            if (count > 0 && pj == 0) missing.Add(what);
        }
    }
}
