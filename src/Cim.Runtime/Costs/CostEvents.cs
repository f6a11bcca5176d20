namespace Cim.Runtime;

/// <summary>What happens during one inference, counted exactly. Energy is these counts times the profile's figures.</summary>
public sealed record CostEvents
{
    /// <summary>Reads of an array: arrays times input slices times matrix-vector products.</summary>
    public long ArrayReads { get; init; }

    /// <summary>Word lines driven for one input slice.</summary>
    public long DacActivations { get; init; }

    /// <summary>
    /// Conversions: one per row tile, input slice (if the profile converts each), weight slice, output and matrix-vector product.
    /// The currents of a differential pair are subtracted before the converter, so a pair takes one.
    /// </summary>
    public long AdcConversions { get; init; }

    /// <summary>
    /// Shift-and-add operations: one per conversion; with offset encoding also one per input and output of a product, for the
    /// sum of inputs and its subtraction.
    /// </summary>
    public long ShiftAdds { get; init; }

    /// <summary>Bits read from and written to buffers: every input of a product, and every output.</summary>
    public long BufferBits { get; init; }

    /// <summary>Bits over the bus inside cores: inputs to every array, for each output the partial sums of all its arrays' row tiles but
    /// one.</summary>
    public long BusBits { get; init; }

    /// <summary>Bits of results sent to the next layer.</summary>
    public long InterconnectBits { get; init; }

    /// <summary>Arrays programmed for each inference: all on a serial machine, else those of dynamic layers.</summary>
    public long ArrayWrites { get; init; }

    /// <summary>Cells programmed for each inference.</summary>
    public long CellWrites { get; init; }

    /// <summary>The sum of two counts.</summary>
    public static CostEvents operator +(CostEvents left, CostEvents right) => new()
    {
        ArrayReads = left.ArrayReads + right.ArrayReads,
        DacActivations = left.DacActivations + right.DacActivations,
        AdcConversions = left.AdcConversions + right.AdcConversions,
        ShiftAdds = left.ShiftAdds + right.ShiftAdds,
        BufferBits = left.BufferBits + right.BufferBits,
        BusBits = left.BusBits + right.BusBits,
        InterconnectBits = left.InterconnectBits + right.InterconnectBits,
        ArrayWrites = left.ArrayWrites + right.ArrayWrites,
        CellWrites = left.CellWrites + right.CellWrites,
    };

    /// <summary>The sum of two counts.</summary>
    public static CostEvents Add(CostEvents left, CostEvents right) => left + right;
}
