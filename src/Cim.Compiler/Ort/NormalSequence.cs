using Cim.Runtime.RandomNumbers;

namespace Cim.Compiler.Ort;

/// <summary>A reproducible sequence of standard normal numbers: SplitMix64 and the Box-Muller transform.</summary>
internal sealed class NormalSequence(ulong seed)
{
    private readonly SplitMix _random = new(seed);
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
    private double Uniform() => ((_random.NextBits() >> 11) + 1) * (1.0 / (1UL << 53));
}
