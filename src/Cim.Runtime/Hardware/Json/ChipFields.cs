using System.Collections.Immutable;

namespace Cim.Runtime.Hardware.Json;

/// <summary>The fields of <see cref="ChipFigures"/>. Files state them only where they differ from a chip of arrays alone.</summary>
internal static class ChipFields
{
    private const double Largest = 1e15;

    public static ImmutableArray<ProfileField> All { get; } =
    [
        Figure("buffers.local", Dimension.Capacity, c => c.LocalBufferBytes, (c, v) => c with { LocalBufferBytes = v },
            "activations one core holds; 0 = no limit"),
        Figure("buffers.global", Dimension.Capacity, c => c.GlobalBufferBytes, (c, v) => c with { GlobalBufferBytes = v },
            "what all cores share, for rows that do not fit into their own buffers; 0 = there is none"),
        Figure("buffers.globalRate", Dimension.BitRate, c => c.GlobalBitsPerSecond, (c, v) => c with { GlobalBitsPerSecond = v },
            "what the shared buffer moves; 0 = no limit"),
        Figure("buffers.globalEnergy", Dimension.EnergyPerBit, c => c.GlobalEnergyPjPerBit,
            (c, v) => c with { GlobalEnergyPjPerBit = v }, "one bit into the shared buffer or out of it"),
        Choice<NetworkTopology>("network.topology",
            [("ideal", NetworkTopology.Ideal), ("mesh", NetworkTopology.Mesh), ("h-tree", NetworkTopology.HTree)],
            c => c.Topology, (c, v) => c with { Topology = v }, "how cores are joined; ideal = without time or energy"),
        Figure("network.linkRate", Dimension.BitRate, c => c.LinkBitsPerSecond, (c, v) => c with { LinkBitsPerSecond = v },
            "what a link moves; 0 = no limit"),
        Figure("network.hopLatency", Dimension.Time, c => c.HopLatency, (c, v) => c with { HopLatency = v }, "one router and link"),
        Figure("network.hopEnergy", Dimension.EnergyPerBit, c => c.HopEnergyPjPerBit, (c, v) => c with { HopEnergyPjPerBit = v },
            "one bit through one router and link"),
        Figure("digital.rate", Dimension.OperationRate, c => c.DigitalOperationsPerSecond,
            (c, v) => c with { DigitalOperationsPerSecond = v }, "operations of the digital units of a core; 0 = no limit"),
        Figure("digital.energy", Dimension.Energy, c => c.DigitalEnergyPj, (c, v) => c with { DigitalEnergyPj = v },
            "one digital operation"),
        Figure("offChip.rate", Dimension.BitRate, c => c.OffChipBitsPerSecond, (c, v) => c with { OffChipBitsPerSecond = v },
            "what moves to or from the memory beside the chip; 0 = no limit"),
        Figure("offChip.energy", Dimension.EnergyPerBit, c => c.OffChipEnergyPjPerBit, (c, v) => c with { OffChipEnergyPjPerBit = v },
            "one bit to or from the memory beside the chip"),
        new CountField("chips.count", 1, 4096, p => p.Chip.Chips, (p, v) => p with { Chip = p.Chip with { Chips = v } },
            "chips in a row, each with all cores") { IsOmittedByDefault = true, IsOfChip = true },
        Figure("chips.linkRate", Dimension.BitRate, c => c.ChipLinkBitsPerSecond, (c, v) => c with { ChipLinkBitsPerSecond = v },
            "what the link from a chip to the next moves; 0 = no limit"),
        Figure("chips.linkLatency", Dimension.Time, c => c.ChipLinkLatency, (c, v) => c with { ChipLinkLatency = v },
            "from one chip to the next"),
        Figure("chips.linkEnergy", Dimension.EnergyPerBit, c => c.ChipLinkEnergyPjPerBit, (c, v) => c with { ChipLinkEnergyPjPerBit = v },
            "one bit from one chip to the next"),
        Choice<ProductSharing>("copies.sharing", [("whole", ProductSharing.Whole), ("divisible", ProductSharing.Divisible)],
            c => c.Sharing, (c, v) => c with { Sharing = v },
            "how the copies of a layer share its products in a schedule: whole ones in rounds, or M products on c copies take M/c rounds"),
        new FlagField("copies.denseGroups", p => p.Chip.DenseGroups, (p, v) => p with { Chip = p.Chip with { DenseGroups = v } },
            "a schedule lays a grouped convolution as one dense matrix, zeros included") { IsOmittedByDefault = true, IsOfChip = true },
    ];

    private static QuantityField Figure(
        string name, Dimension dimension, Func<ChipFigures, double> get, Func<ChipFigures, double, ChipFigures> set, string meaning) =>
        new(name, dimension, 0, Largest, p => get(p.Chip), (p, v) => p with { Chip = set(p.Chip, v) }, meaning)
        {
            IsOmittedByDefault = true, IsOfChip = true,
        };

    private static ChoiceField<T> Choice<T>(
        string name, ImmutableArray<(string Text, T Value)> choices, Func<ChipFigures, T> get, Func<ChipFigures, T, ChipFigures> set,
        string meaning) where T : notnull =>
        new(name, choices, p => get(p.Chip), (p, v) => p with { Chip = set(p.Chip, v) }, meaning)
        {
            IsOmittedByDefault = true, IsOfChip = true,
        };
}
