namespace Cim.Compiler.Ort;

/// <summary>A reproducible sequence of standard normal numbers: SplitMix64 and the Box-Muller transform.</summary>
internal sealed class NormalSequence(ulong seed)
{
    private ulong _state = seed;
    private double _spare = double.NaN;

    public float Next()
    {
        if (!double.IsNaN(_spare))
        {
            double spare = _spare;
            _spare = double.NaN;
            return (float)spare;
        }

        double radius = Math.Sqrt(-2 * Math.Log(Uniform())), angle = 2 * Math.PI * Uniform();
        _spare = radius * Math.Sin(angle);
        return (float)(radius * Math.Cos(angle));
    }

    /// <summary>In (0, 1], so that its logarithm exists.</summary>
    private double Uniform() => ((NextBits() >> 11) + 1) * (1.0 / (1UL << 53));

    private ulong NextBits()
    {
        ulong z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
