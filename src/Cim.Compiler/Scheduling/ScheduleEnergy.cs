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
    private const int ActivationBits = 8;

    /// <summary>Programming parts of a network that is larger than the chip, divided by the images between.</summary>
    public double ProgrammingPj { get; init; }

    /// <summary>The sum.</summary>
    public double TotalPj => ArraysPj + DigitalPj + NetworkPj + OffChipPj + ProgrammingPj;

    /// <summary>The energy of a placed network.</summary>
    public static ScheduleEnergy Of(ScheduledNetwork network, ChipPlacement placement)
    {
        ChipFigures chip = network.Profile.Chip;
        bool hasNetwork = chip.Topology != NetworkTopology.Ideal;
        return new ScheduleEnergy(
            network.Costs.Sum(c => c.EnergyPj - (hasNetwork ? c.Energy.InterconnectPj : 0)),
            network.Graph.Stages.Where(s => s.Layer < 0 && !s.IsView).Sum(s => s.Operations * chip.DigitalEnergyPj),
            placement.HopBits * chip.HopEnergyPjPerBit,
            (network.InputElements + network.OutputElements) * ActivationBits * chip.OffChipEnergyPjPerBit);
    }
}
