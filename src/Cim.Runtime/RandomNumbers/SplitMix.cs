namespace Cim.Runtime.RandomNumbers;

/// <summary>
/// A sequence of random numbers (SplitMix64: Steele, Lea, Flood, OOPSLA 2014): the same seed, the same numbers. The one generator of
/// training and compiler; <see cref="CounterRandom"/>, from which the simulator takes any number at once, mixes bits by the same
/// function.
/// </summary>
internal sealed class SplitMix(ulong seed)
{
    /// <summary>By how much the state moves: 2^64 divided by the golden ratio.</summary>
    public const ulong Increment = 0x9E3779B97F4A7C15;

    private ulong _state = seed;

    /// <summary>64 random bits.</summary>
    public ulong NextBits() => Mix(_state += Increment);

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => ToDouble(NextBits());

    /// <summary>Uniform in 0 to count - 1; the bias of 2^-64 * count is far below anything measurable.</summary>
    public int Next(int count) => (int)Math.BigMul(NextBits(), (ulong)count, out _);

    /// <summary>A hash of 64 bits (the finaliser of SplitMix64, constants by Stafford, variant 13).</summary>
    public static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>The upper 53 of 64 random bits as a number in [0, 1).</summary>
    public static double ToDouble(ulong bits) => (bits >> 11) * (1.0 / (1UL << 53));
}
