namespace Cim.Training.Randomness;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) started from a tuple of keys, so that what is drawn for (seed, epoch, sample)
/// does not depend on order or threads.
/// </summary>
internal sealed class KeyedRandom
{
    private ulong _state;

    public KeyedRandom(params ReadOnlySpan<long> keys)
    {
        _state = 0x9E3779B97F4A7C15;
        foreach (long key in keys)
        {
            _state ^= (ulong)key;
            _state = NextBits();
        }
    }

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, bound); the bias of 2^-64 * bound is far below anything measurable here.</summary>
    public int Next(int bound) => (int)Math.BigMul(NextBits(), (ulong)bound, out _);

    /// <summary>Standard normal, by Box and Muller.</summary>
    public double NextNormal() =>
        Math.Sqrt(-2 * Math.Log(1 - NextDouble())) * Math.Cos(2 * Math.PI * NextDouble());

    /// <summary>Beta(a, a) through two gamma variates (Marsaglia and Tsang).</summary>
    public double NextSymmetricBeta(double a)
    {
        double first = NextGamma(a);
        double second = NextGamma(a);
        return first / (first + second);
    }

    /// <summary>A random order of 0 .. count - 1 (Fisher and Yates).</summary>
    public int[] Permutation(int count)
    {
        var order = new int[count];
        for (int i = 0; i < count; i++)
        {
            int j = Next(i + 1);
            order[i] = order[j];
            order[j] = i;
        }

        return order;
    }

    private double NextGamma(double shape)
    {
        if (shape < 1)
            return NextGamma(shape + 1) * Math.Pow(1 - NextDouble(), 1 / shape);
        double d = shape - (1.0 / 3);
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = NextNormal();
            double v = Math.Pow(1 + (c * x), 3);
            if (v > 0 && Math.Log(1 - NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
                return d * v;
        }
    }
}
