using System.Collections.Immutable;

namespace Cim.Runtime.Crossbar.Planning;

/// <summary>
/// One read of the arrays: the bits [Shift, Shift + Bits) of every activation, applied to the word lines together.
/// </summary>
/// <param name="Shift">The first bit.</param>
/// <param name="Bits">How many bits.</param>
/// <param name="Signed">The field is a two's complement number (a bipolar voltage), else unsigned.</param>
/// <param name="Factor">What one unit of the slice counts in shift-and-add.</param>
internal readonly record struct InputSlice(int Shift, int Bits, bool Signed, int Factor)
{
    /// <summary>The smallest value on a word line.</summary>
    public int Min => Signed ? -(1 << (Bits - 1)) : 0;

    /// <summary>The largest value on a word line.</summary>
    public int Max => Signed ? (1 << (Bits - 1)) - 1 : (1 << Bits) - 1;

    /// <summary>The value of an activation's slice.</summary>
    public int Of(int q)
    {
        int field = (q >> Shift) & ((1 << Bits) - 1);
        return Signed ? (field << (32 - Bits)) >> (32 - Bits) : field;
    }
}

/// <summary>
/// How activations are streamed. Stored integers are streamed as they are, zero point included (its part of the sum is a
/// constant and subtracted digitally). Signed activations are streamed in two's complement: the top slice of one bit counts
/// negative; a wider top slice is a bipolar voltage.
/// </summary>
internal static class InputStream
{
    /// <summary>The reads of one matrix-vector product.</summary>
    /// <param name="input">The activations.</param>
    /// <param name="dacBits">Bits per read; 0 = all at once.</param>
    public static ImmutableArray<InputSlice> Slices(QuantizationParameters input, int dacBits)
    {
        int bits = input.Bits, step = dacBits <= 0 ? bits : Math.Min(dacBits, bits);
        var slices = ImmutableArray.CreateBuilder<InputSlice>();
        for (int shift = 0; shift < bits; shift += step)
        {
            int width = Math.Min(step, bits - shift);
            bool top = input.Signed && shift + width == bits;
            slices.Add(new InputSlice(shift, width, top && width > 1, top && width == 1 ? -(1 << shift) : 1 << shift));
        }
        return slices.ToImmutable();
    }

    /// <summary>
    /// All bits at once: what analog accumulation over the input slices adds up to. A sign alone is one bit that counts negative, as
    /// it is where it is streamed: kernels for single bits know no signed field.
    /// </summary>
    public static InputSlice Whole(QuantizationParameters input) =>
        input is { Signed: true, Bits: 1 } ? new(0, 1, Signed: false, -1) : new(0, input.Bits, input.Signed, 1);
}
