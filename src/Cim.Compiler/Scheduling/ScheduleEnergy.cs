using Cim.Compiler.Scheduling.Placement;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Scheduling;

/// <summary>Energy of an inference in picojoule.</summary>
/// <param name="ArraysPj">Arrays, converters, buffers and buses of the layers; with a network between cores without the one transfer that
/// the cost of a layer has.</param>
/// <param name="DigitalPj">Digital operators.</param>
/// <param name="NetworkPj">Bits through the routers between cores.</param>
/// <param name="OffChipPj">The network's inputs and outputs from and to the memory beside the chip.</param>
internal sealed record ScheduleEnergy(double ArraysPj, double DigitalPj, double NetworkPj, double OffChipPj)
{
    private const int ActivationBits = 8, BitsOfByte = 8, ThereAndBack = 2;

    /// <summary>Programming parts of a network that is larger than the chip, divided by the images between.</summary>
    public double ProgrammingPj { get; init; }

    /// <summary>Rows into the buffer that all cores share, and out of it.</summary>
    public double SharedBufferPj { get; init; }

    /// <summary>Bits from chip to chip.</summary>
    public double ChipLinksPj { get; init; }

    /// <summary>The sum.</summary>
    public double TotalPj => ArraysPj + DigitalPj + NetworkPj + OffChipPj + ProgrammingPj + SharedBufferPj + ChipLinksPj;

    /// <summary>The energy of a placed network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="placement">Where its layers lie.</param>
    /// <param name="spilledBytes">Bytes of an image that wait beside the chip.</param>
    /// <param name="sharedBytes">Bytes of an image that wait in the buffer that all cores share.</param>
    public static ScheduleEnergy Of(
        ScheduledNetwork network, ChipPlacement placement, double spilledBytes = 0, double sharedBytes = 0)
    {
        ChipFigures chip = network.Profile.Chip;
        bool hasNetwork = chip.Topology != NetworkTopology.Ideal;
        return new ScheduleEnergy(
            network.Costs.Sum(c => c.EnergyPj - (hasNetwork ? c.Energy.InterconnectPj : 0)),
            network.Graph.DigitalOperations * chip.DigitalEnergyPj,
            placement.HopBits * chip.HopEnergyPjPerBit,
            (((network.InputElements + network.OutputElements) * ActivationBits) + (ThereAndBack * BitsOfByte * spilledBytes))
                * chip.OffChipEnergyPjPerBit)
        {
            SharedBufferPj = ThereAndBack * BitsOfByte * sharedBytes * chip.GlobalEnergyPjPerBit,
            ChipLinksPj = placement.ChipLinkBits * chip.ChipLinkEnergyPjPerBit,
        };
    }
}
