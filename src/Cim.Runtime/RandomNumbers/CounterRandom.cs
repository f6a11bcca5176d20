namespace Cim.Runtime.RandomNumbers;

/// <summary>
/// A counter-based generator: every random number is a hash of what it is for (seed, purpose, layer, tile, row, column ...),
/// so results depend neither on threads nor on order nor on the vector width. The hash is that of <see cref="SplitMix"/>; the derivation
/// differs on purpose, since a sequence has one index and a cell has five. Vector lanes, which have 32 bits and no 64-bit product below
/// AVX-512, take their bits from <see cref="Gaussian.Hash{L, TI, TF}"/> under keys of this generator.
/// </summary>
internal readonly record struct CounterRandom(ulong State)
{
    /// <summary>The generator of a purpose under a seed.</summary>
    public static CounterRandom Of(ulong seed, RandomPurpose purpose) =>
        new CounterRandom(SplitMix.Mix(seed + SplitMix.Increment)).At((long)purpose);

    /// <summary>The generator of one sub-stream.</summary>
    public CounterRandom At(long index) => new(SplitMix.Mix(State ^ SplitMix.Mix((ulong)index + SplitMix.Increment)));

    /// <summary>64 random bits.</summary>
    public ulong Bits(long index) => At(index).State;

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform(long index) => SplitMix.ToDouble(Bits(index));

    /// <summary>Standard normal.</summary>
    public double Normal(long index)
    {
        ulong bits = Bits(index);
        return Gaussian.Transform<Simd.Lanes1, int, float>(unchecked((int)bits), (int)(bits >> 32));
    }
}

/// <summary>What random numbers are drawn for: different purposes are independent.</summary>
internal enum RandomPurpose
{
    Programming = 1,
    StuckCell = 2,
    Drift = 3,
    ReadNoise = 4,
    DieToDie = 5,
    Spatial = 6,
    Converter = 7,
    TestVector = 8,
    CalibrationPosition = 9,
}
