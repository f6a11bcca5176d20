using System.Collections.Immutable;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Exact;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Crossbar.Planning;

/// <summary>
/// How a layer's product is split into analog sums and put together again:
/// acc = bias - zeroPoint * sum(w) + WeightStep * sum over row tiles t, weight slices s, reads i of
/// Factor_s * Factor_i * read(S_tsi) - Offset * sum of inputs, where read = Low_s + Step_s * code.
/// </summary>
internal sealed class AnalogPlan
{
    public AnalogPlan(CrossbarLayer layer, HardwareProfile profile)
    {
        Layer = layer;
        Cells = new CellEncoder(layer);
        Reads = InputStream.Slices(layer.Input, profile.DacBits);
        Inputs = profile.AdcPerInputSlice ? Reads : [InputStream.Whole(layer.Input)];
        Converters = AdcRanges.Of(layer, profile, Cells, Inputs);
        // Integers all the way if every step is a whole number of units: then a lossless read-out is exact bit for bit. Sums that
        // could leave 32 bits (a large bias, or limits far from all sums) are floats.
        IsInteger = !ExactWide.IsNeeded(layer) && Converters.All(c => c.IsIdeal || (c.Step < 1 << 20 && c.ReadsWholeUnits))
            && (profile.AdcRange.Policy != AdcRangePolicy.Fixed || IsLossless() || FixedReadsFitIntegers());
        ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>();
        var constants = ImmutableArray.CreateBuilder<long>(layer.Outputs);
        CodeZero = CodeZeroOfAllConversions();
        for (int o = 0; o < layer.Outputs; o++)
        {
            long sum = 0;
            foreach (sbyte v in w.Slice(o * layer.RowsPerGroup, layer.RowsPerGroup)) sum += v;
            constants.Add(layer.Bias[o] - (sum * layer.Input.ZeroPoint));
        }
        Constants = constants.MoveToImmutable();
    }

    public CrossbarLayer Layer { get; }

    public CellEncoder Cells { get; }

    /// <summary>The reads of the arrays.</summary>
    public ImmutableArray<InputSlice> Reads { get; }

    /// <summary>What is converted: every read, or one accumulation of all of them.</summary>
    public ImmutableArray<InputSlice> Inputs { get; }

    /// <summary>One per weight slice.</summary>
    public ImmutableArray<AdcConverter> Converters { get; }

    /// <summary>Sums of codes are whole units and are accumulated in 32-bit integers.</summary>
    public bool IsInteger { get; }

    /// <summary>bias - zeroPoint * sum(w) per output.</summary>
    public ImmutableArray<long> Constants { get; }

    /// <summary>What code 0 of all conversions of an output adds up to: 0 where zero is a code, and if <see cref="IsInteger"/>.</summary>
    public double CodeZero { get; }

    // Limits that are far from all sums are read for every sum, and may add up to more than the sums do.
    private bool FixedReadsFitIntegers()
    {
        double largest = 0;
        for (int s = 0; s < Converters.Length; s++)
        {
            (double low, double high) = AdcRanges.Full(Layer, Cells, Inputs, s);
            double read = Converters[s].IsIdeal
                ? Math.Max(-low, high)
                : Math.Max(Math.Abs(Converters[s].Read((float)low)), Math.Abs(Converters[s].Read((float)high)));
            largest += read * Math.Abs(Cells.Slices[s].Factor);
        }
        return largest * Inputs.Sum(i => Math.Abs((double)i.Factor)) * Layer.Mapping.RowTiles.Length * Cells.WeightStep < 1 << 30;
    }

    private double CodeZeroOfAllConversions()
    {
        double sum = 0;
        for (int s = 0; s < Converters.Length; s++) sum += (double)Converters[s].Low * Cells.Slices[s].Factor;
        return sum * Inputs.Sum(i => (double)i.Factor) * Layer.Mapping.RowTiles.Length * Cells.WeightStep;
    }

    /// <summary>True if no sum these weights can give is changed by its converter.</summary>
    public bool IsLossless()
    {
        ReadOnlySpan<sbyte> w = Layer.Weights.Span<sbyte>();
        int min = Inputs.Min(i => i.Min), max = Inputs.Max(i => i.Max);
        for (int o = 0; o < Layer.Outputs; o++)
        for (int s = 0; s < Cells.Slices.Length; s++)
        {
            foreach (Mapping.RowTile tile in Layer.Mapping.RowTiles)
            {
                long low = 0, high = 0;
                for (int i = tile.FirstRow; i < tile.FirstRow + tile.Rows; i++)
                {
                    long level = Cells.Level(w[(o * Layer.RowsPerGroup) + Layer.Mapping.RowAt(i)], s);
                    low += Math.Min(level * min, level * max);
                    high += Math.Max(level * min, level * max);
                }
                if (!Converters[s].IsLossless(low, high)) return false;
            }
        }
        return true;
    }
}
