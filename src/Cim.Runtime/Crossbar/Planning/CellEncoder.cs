using System.Collections.Immutable;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Runtime.Crossbar.Planning;

/// <summary>One weight slice: what its cells hold and count.</summary>
/// <param name="Bits">Magnitude bits of a cell.</param>
/// <param name="Factor">What one level counts in shift-and-add.</param>
internal readonly record struct WeightSlice(int Bits, int Factor)
{
    /// <summary>The level of a fully on cell.</summary>
    public int TopLevel => (1 << Bits) - 1;
}

/// <summary>
/// Signed weights as cell levels. A level here is what one column (or column pair) of a slice contributes: -L..L for the
/// differential encodings (positive cell minus negative cell), 0..L for the others.
/// w = WeightStep * sum_s Factor_s * level_s - Offset.
/// </summary>
internal sealed class CellEncoder
{
    private readonly int[] _shifts;

    public CellEncoder(CrossbarLayer layer)
    {
        LayerMapping mapping = layer.Mapping;
        Encoding = mapping.Encoding;
        int count = mapping.SliceBits.Length;
        _shifts = new int[count];
        int bits = 0;
        var slices = ImmutableArray.CreateBuilder<WeightSlice>(count);
        for (int s = 0; s < count; s++)
        {
            _shifts[s] = bits;
            bool negative = Encoding == WeightEncoding.TwosComplement && s == count - 1;
            slices.Add(new WeightSlice(mapping.SliceBits[s], negative ? -(1 << bits) : 1 << bits));
            bits += mapping.SliceBits[s];
        }
        Slices = slices.MoveToImmutable();
        TotalBits = bits;
        (WeightStep, Offset) = (1, Encoding == WeightEncoding.Offset ? 1 << (bits - 1) : 0);
        ReadOnlySpan<sbyte> weights = layer.Weights.Span<sbyte>();
        if (!IsDifferential && layer.WeightBits == 1 && !weights.Contains((sbyte)0))
        {
            // Binary weights -1, +1 in one cell: level 0 or 1, w = 2 * level - 1.
            (WeightStep, Offset) = (2, 1);
            Slices = [new WeightSlice(1, 1)];
        }
        int min = weights.Length == 0 ? 0 : weights[0], max = min;
        foreach (sbyte w in weights) (min, max) = (Math.Min(min, w), Math.Max(max, w));
        foreach (int w in (ReadOnlySpan<int>)[min, max])
        {
            if (Decode(w) != w)
            {
                throw new CimException(ErrorCodes.InvalidMapping,
                    $"Layer '{layer.Name}': weight {w} cannot be held by {Encoding} slices of [{string.Join(", ", mapping.SliceBits)}] "
                        + $"bits. " +
                    "Use more weight bits, or for two's complement a one-bit top slice.");
            }
        }
    }

    public WeightEncoding Encoding { get; }

    public bool IsDifferential => Encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided;

    public ImmutableArray<WeightSlice> Slices { get; }

    /// <summary>Bits of all slices together.</summary>
    public int TotalBits { get; }

    public int WeightStep { get; }

    /// <summary>Times the sum of inputs, subtracted digitally.</summary>
    public int Offset { get; }

    /// <summary>The level of one slice of a weight.</summary>
    public int Level(int weight, int slice)
    {
        if (IsDifferential)
        {
            int magnitude = Math.Abs(weight) >> _shifts[slice];
            // -2^(bits-1) of a pre-quantized network needs one level more than the cells have: the top slice takes it.
            if (slice < Slices.Length - 1) magnitude &= Slices[slice].TopLevel;
            return Math.Sign(weight) * magnitude;
        }
        if (WeightStep == 2) return (weight + 1) / 2;
        int code = weight + Offset;
        return (code >> _shifts[slice]) & Slices[slice].TopLevel;
    }

    private int Decode(int weight)
    {
        int sum = 0;
        for (int s = 0; s < Slices.Length; s++)
        {
            int level = Level(weight, s);
            if (Math.Abs(level) > Slices[s].TopLevel + (IsDifferential && s == Slices.Length - 1 ? 1 : 0)) return int.MaxValue;
            sum += Slices[s].Factor * level;
        }
        return (WeightStep * sum) - Offset;
    }
}
