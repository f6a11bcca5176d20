namespace Cim.Compiler.Statistics;

/// <summary>A small deterministic random generator (SplitMix64, Steele et al. 2014): the same seed, the same search.</summary>
internal sealed class SplitMix(ulong seed)
{
    private ulong _state = seed;

    public ulong NextBits()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 to count - 1.</summary>
    public int Next(int count) => (int)(((UInt128)NextBits() * (ulong)count) >> 64);
}
