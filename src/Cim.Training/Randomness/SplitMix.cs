namespace Cim.Training.Randomness;

/// <summary>
/// A sequence of random numbers (SplitMix64: Steele, Lea, Flood, OOPSLA 2014): the same seed, the same numbers. The one generator of
/// training and compiler; the simulator, which needs any number of a sequence at once, has CounterRandom of Cim.Runtime.
/// </summary>
internal sealed class SplitMix(ulong seed)
{
    /// <summary>By how much the state moves: 2^64 divided by the golden ratio.</summary>
    public const ulong Increment = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>64 random bits.</summary>
    public ulong NextBits() => Mix(_state += Increment);

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 to count - 1; the bias of 2^-64 * count is far below anything measurable.</summary>
    public int Next(int count) => (int)Math.BigMul(NextBits(), (ulong)count, out _);

    /// <summary>A hash of 64 bits (the finaliser of SplitMix64, constants by Stafford, variant 13).</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
