using MathNet.Numerics;
using MathNet.Numerics.Distributions;

namespace Cim.Compiler.Statistics;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    /// <summary>Density.</summary>
    public static double Density(double z) => Normal.PDF(0, 1, z);

    /// <summary>P(Z &gt; z), with full relative accuracy far out, too.</summary>
    public static double Above(double z) => SpecialFunctions.Erfc(z * Constants.Sqrt1Over2) / 2;
}
