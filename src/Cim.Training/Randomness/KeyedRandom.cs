using Cim.Runtime.RandomNumbers;

namespace Cim.Training.Randomness;

/// <summary>
/// <see cref="SplitMix"/> started from a tuple of keys, so that what is drawn for (seed, epoch, sample) does not depend on order or
/// threads.
/// </summary>
internal sealed class KeyedRandom
{
    private readonly SplitMix _bits;

    public KeyedRandom(params ReadOnlySpan<long> keys)
    {
        ulong seed = SplitMix.Increment;
        foreach (long key in keys)
            seed = SplitMix.Mix((seed ^ (ulong)key) + SplitMix.Increment);
        _bits = new SplitMix(seed);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => _bits.NextDouble();

    /// <summary>Uniform in [0, bound).</summary>
    public int Next(int bound) => _bits.Next(bound);

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
