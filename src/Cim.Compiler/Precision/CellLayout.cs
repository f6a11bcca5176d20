using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Precision;

/// <summary>How a layer lies on cells where it is not the profile's own way.</summary>
/// <param name="SliceBits">Bits of each weight slice, least significant first; each at most the profile's cell bits.</param>
/// <param name="RowsPerTile">Word lines that share a conversion, at most; 0 = those of the array.</param>
internal sealed record CellLayout(ImmutableArray<int> SliceBits, int RowsPerTile)
{
    /// <summary>All ways to cut weights into slices, those with the fewest slices first.</summary>
    /// <param name="weightBits">1 to 8.</param>
    /// <param name="profile">Encoding and cell bits.</param>
    /// <param name="usesMinimum">See <see cref="WeightSlices.Of"/>.</param>
    public static ImmutableArray<ImmutableArray<int>> SlicesOf(int weightBits, HardwareProfile profile, bool usesMinimum = false)
    {
        ImmutableArray<int> own = WeightSlices.Of(weightBits, profile, usesMinimum);
        // The sign slice of two's complement stays as it is.
        bool signed = profile.Encoding == WeightEncoding.TwosComplement && own.Length > 1;
        int bits = own.Sum() - (signed ? 1 : 0);
        var all = new List<ImmutableArray<int>>();
        Cut([], bits);
        return [.. all.Select(s => signed ? s.Add(1) : s).OrderBy(s => s.Length)];

        void Cut(ImmutableArray<int> slices, int left)
        {
            if (left == 0) all.Add(slices);
            for (int b = Math.Min(profile.CellBits, left); b > 0; b--) Cut(slices.Add(b), left - b);
        }
    }

    /// <exception cref="CimException">CIM4003: the slices do not hold the weights, or not on these cells.</exception>
    public void Check(string layer, ImmutableArray<int> own, HardwareProfile profile)
    {
        if (RowsPerTile < 0 || SliceBits.Sum() != own.Sum() || SliceBits.Any(b => b < 1 || b > profile.CellBits)
            || (profile.Encoding == WeightEncoding.TwosComplement && SliceBits[^1] != 1))
        {
            throw new CimException(ErrorCodes.InvalidMapping,
                $"Layer '{layer}': slices of [{string.Join(", ", SliceBits)}] bits cannot hold its weights on '{profile.Name}'; they must "
                    + $"add up to {own.Sum()} bits of at most {profile.CellBits} a cell, as [{string.Join(", ", own)}] does.");
        }
    }

    public bool Equals(CellLayout? other) =>
        other is not null && RowsPerTile == other.RowsPerTile && SliceBits.SequenceEqual(other.SliceBits);

    public override int GetHashCode() => HashCode.Combine(RowsPerTile, SliceBits.Length, SliceBits.Sum());
}
