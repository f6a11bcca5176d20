using System.Collections.Immutable;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Mapping;

/// <summary>
/// How the bits of a weight are cut into slices of one cell each.
/// <list type="bullet">
/// <item><c>differential</c>, <c>differential-two-sided</c>: the magnitude (bits - 1; the pair carries the sign) in slices of
/// cellBits. A profile with <see cref="HardwareProfile.SignBitInSlices"/> uses the published count ceil(bits/cellBits), one slice
/// more where bits - 1 is a multiple of cellBits.</item>
/// <item><c>offset</c>: w + 2^(bits-1) has <c>bits</c> bits in slices of cellBits.</item>
/// <item><c>twos-complement</c>: the sign bit alone in the most significant slice, which counts negative; the other bits in slices of
/// cellBits.</item>
/// </list>
/// </summary>
internal static class WeightSlices
{
    /// <summary>The bits of each slice, least significant first; every slice has at least one bit.</summary>
    /// <param name="weightBits">Bits of the weights, 1 to 8.</param>
    /// <param name="profile">Encoding and cell bits.</param>
    /// <param name="usesMinimum">True if -2^(bits-1) occurs (a pre-quantized network): its magnitude needs all bits.</param>
    public static ImmutableArray<int> Of(int weightBits, HardwareProfile profile, bool usesMinimum = false)
    {
        int cell = profile.CellBits;
        switch (profile.Encoding)
        {
            case WeightEncoding.Offset:
                return Cut(weightBits, cell, Ceiling(weightBits, cell));
            case WeightEncoding.TwosComplement:
                return weightBits == 1 ? [1] : Cut(weightBits - 1, cell, Ceiling(weightBits - 1, cell)).Add(1);
            default:
                int magnitude = usesMinimum ? weightBits : Math.Max(1, weightBits - 1);
                int slices = Ceiling(profile.SignBitInSlices ? weightBits : magnitude, cell);
                return Cut(magnitude, cell, Math.Min(slices, magnitude));
        }
    }

    private static ImmutableArray<int> Cut(int bits, int cellBits, int slices)
    {
        var result = ImmutableArray.CreateBuilder<int>(slices);
        for (int left = slices; left > 0; left--)
        {
            int slice = Math.Min(cellBits, bits - (left - 1)); // The slices that follow keep one bit each.
            result.Add(slice);
            bits -= slice;
        }

        return result.MoveToImmutable();
    }

    private static int Ceiling(int a, int b) => (a + b - 1) / b;
}
