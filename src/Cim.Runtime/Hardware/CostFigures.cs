namespace Cim.Runtime.Hardware;

/// <summary>Energy per event in picojoule, area per component in square micrometre, time in seconds.</summary>
internal sealed record CostFigures
{
    /// <summary>pJ per conversion by ADC bits; see <see cref="ByBits"/> for widths that are not listed.</summary>
    public IReadOnlyDictionary<int, double> AdcEnergyPj { get; init; } = new Dictionary<int, double>();

    /// <summary>um2 of one ADC by bits; see <see cref="ByBits"/>.</summary>
    public IReadOnlyDictionary<int, double> AdcAreaUm2 { get; init; } = new Dictionary<int, double>();

    /// <summary>pJ per word line and input slice.</summary>
    public double DacEnergyPj { get; init; }

    /// <summary>um2 of one DAC (one word line).</summary>
    public double DacAreaUm2 { get; init; }

    /// <summary>pJ of one array read.</summary>
    public double ArrayReadEnergyPj { get; init; }

    /// <summary>um2 of one array.</summary>
    public double ArrayAreaUm2 { get; init; }

    /// <summary>pJ of one shift-and-add.</summary>
    public double ShiftAddEnergyPj { get; init; }

    /// <summary>um2 of one shift-and-add unit.</summary>
    public double ShiftAddAreaUm2 { get; init; }

    /// <summary>pJ to move one bit through the on-core buffer.</summary>
    public double BufferEnergyPjPerBit { get; init; }

    /// <summary>um2 of the buffer of one core.</summary>
    public double BufferAreaUm2 { get; init; }

    /// <summary>pJ to move one bit over the bus inside a core.</summary>
    public double BusEnergyPjPerBit { get; init; }

    /// <summary>pJ to program one cell.</summary>
    public double CellWriteEnergyPj { get; init; }

    /// <summary>pJ to move one bit through the router between cores.</summary>
    public double InterconnectEnergyPjPerBit { get; init; }

    /// <summary>um2 of the router share of one core.</summary>
    public double InterconnectAreaUm2 { get; init; }

    /// <summary>
    /// A figure from a table by bits: listed widths as they are, others by geometric interpolation, and beyond the ends by
    /// the ratio of the two nearest entries. A table of one entry holds for every width. Zero for an empty table or 0 bits.
    /// </summary>
    public static double ByBits(IReadOnlyDictionary<int, double> table, int bits)
    {
        if (bits <= 0 || table.Count == 0) return 0;
        if (table.TryGetValue(bits, out double exact)) return exact;
        int[] known = [.. table.Keys.Order()];
        if (known.Length == 1) return table[known[0]];
        int above = Array.FindIndex(known, k => k > bits);
        int high = Math.Clamp(above < 0 ? known.Length - 1 : above, 1, known.Length - 1);
        (int b0, int b1) = (known[high - 1], known[high]);
        (double v0, double v1) = (table[b0], table[b1]);
        if (v0 <= 0 || v1 <= 0) return v0 + ((v1 - v0) * (bits - b0) / (b1 - b0));
        return v0 * Math.Pow(v1 / v0, (double)(bits - b0) / (b1 - b0));
    }
}
