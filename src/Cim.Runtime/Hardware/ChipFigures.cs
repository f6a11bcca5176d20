namespace Cim.Runtime.Hardware;

/// <summary>
/// What a chip has besides arrays and converters: buffers, a network, digital units, a memory beside it. A figure of 0 means that the
/// part costs nothing or has no limit; what a profile leaves out, a schedule lists as not modelled.
/// </summary>
internal sealed record ChipFigures
{
    /// <summary>A chip of arrays alone.</summary>
    public static ChipFigures None { get; } = new();

    /// <summary>Bytes of activations one core holds; 0 = no limit.</summary>
    public double LocalBufferBytes { get; init; }

    /// <summary>Bytes of a buffer that all cores share, for what does not fit into theirs; 0 = there is none.</summary>
    public double GlobalBufferBytes { get; init; }

    /// <summary>Bits it moves in a second; 0 = no limit.</summary>
    public double GlobalBitsPerSecond { get; init; }

    /// <summary>pJ to move one bit into it or out of it.</summary>
    public double GlobalEnergyPjPerBit { get; init; }

    /// <summary>Chips in a row.</summary>
    public int Chips { get; init; } = 1;

    /// <summary>Bits the link between two chips moves in a second in each direction; 0 = no limit.</summary>
    public double ChipLinkBitsPerSecond { get; init; }

    /// <summary>Seconds from one chip to the next.</summary>
    public double ChipLinkLatency { get; init; }

    /// <summary>pJ to move one bit from one chip to the next.</summary>
    public double ChipLinkEnergyPjPerBit { get; init; }

    /// <summary>How cores are joined.</summary>
    public NetworkTopology Topology { get; init; } = NetworkTopology.Ideal;

    /// <summary>Bits a link moves in a second; 0 = no limit.</summary>
    public double LinkBitsPerSecond { get; init; }

    /// <summary>Seconds through one router and link.</summary>
    public double HopLatency { get; init; }

    /// <summary>pJ to move one bit through one router and link.</summary>
    public double HopEnergyPjPerBit { get; init; }

    /// <summary>Operations the digital units of one core do in a second; 0 = no limit.</summary>
    public double DigitalOperationsPerSecond { get; init; }

    /// <summary>pJ of one digital operation.</summary>
    public double DigitalEnergyPj { get; init; }

    /// <summary>Bits moved to or from the memory beside the chip in a second; 0 = no limit.</summary>
    public double OffChipBitsPerSecond { get; init; }

    /// <summary>pJ to move one bit to or from the memory beside the chip.</summary>
    public double OffChipEnergyPjPerBit { get; init; }

    /// <summary>How the copies of a layer share its products.</summary>
    public ProductSharing Sharing { get; init; } = ProductSharing.Whole;

    /// <summary>True: a schedule lays a grouped convolution as one dense matrix, zeros included; false: groups lie
    /// block-diagonally.</summary>
    public bool DenseGroups { get; init; }
}

/// <summary>How cores are joined.</summary>
internal enum NetworkTopology
{
    /// <summary>Every core reaches every other without time or energy.</summary>
    Ideal,

    /// <summary>A square mesh; hops are counted along rows and columns.</summary>
    Mesh,

    /// <summary>A binary tree with cores as leaves; hops are counted up to the common node and down.</summary>
    HTree,
}

/// <summary>How the copies of a layer share its products.</summary>
internal enum ProductSharing
{
    /// <summary>A copy computes whole products one after the other: M products on c copies take ceil(M/c) rounds.</summary>
    Whole,

    /// <summary>Products are counted as divisible, as the published schedules count them: M products on c copies take M/c rounds.</summary>
    Divisible,
}
