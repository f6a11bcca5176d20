namespace Cim.Runtime.RandomNumbers;

/// <summary>
/// A counter-based generator: every random number is a hash of what it is for (seed, purpose, layer, tile, row, column ...),
/// so results depend neither on threads nor on order nor on the vector width.
/// </summary>
internal readonly record struct CounterRandom(ulong State)
{
    /// <summary>The generator of a purpose under a seed.</summary>
    public static CounterRandom Of(ulong seed, RandomPurpose purpose) =>
        new CounterRandom(Mix(seed + 0x9E3779B97F4A7C15)).At((long)purpose);

    /// <summary>The generator of one sub-stream.</summary>
    public CounterRandom At(long index) => new(Mix(State ^ Mix((ulong)index + 0x9E3779B97F4A7C15)));

    /// <summary>64 random bits.</summary>
    public ulong Bits(long index) => At(index).State;

    /// <summary>Uniform in [0, 1).</summary>
    public double Uniform(long index) => (Bits(index) >> 11) * (1.0 / (1UL << 53));

    /// <summary>Standard normal.</summary>
    public double Normal(long index)
    {
        ulong bits = Bits(index);
        return Gaussian.Transform<Simd.Lanes1, int, float>(unchecked((int)bits), (int)(bits >> 32));
    }

    // The finaliser of splitmix64 (Steele, Lea, Flood 2014; constants by Stafford, variant 13).
    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
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
}
