using Cim.Tests.Shared;
using CsCheck;
using Xunit;

namespace Cim.Training.Tests;

/// <summary>
/// Compares two figures over many random seeds. One seed's figures depend on the last bits of a processor's sums; their mean ratio
/// over seeds does not.
/// </summary>
internal static class PairedComparison
{
    private const int Seeds = 10;

    /// <summary>
    /// Fails unless the second figure is smaller than the first: the mean logarithm of their ratio has to lie three standard errors
    /// below zero.
    /// </summary>
    public static void IsSmaller(Gen<int> seed, Func<int, (double Before, double After)> measure) =>
        seed.Array[Seeds].Holds(1, seeds =>
        {
            double[] logarithms = [.. seeds.Select(measure).Select(pair => Math.Log(pair.After / pair.Before))];
            double mean = logarithms.Average();
            double error = Math.Sqrt(logarithms.Sum(l => (l - mean) * (l - mean)) / (Seeds - 1) / Seeds);
            string ratios = string.Join(' ', seeds.Zip(logarithms, (s, l) => FormattableString.Invariant($"{s}: {Math.Exp(l):F3}")));
            Assert.True(mean < -3 * error, $"ratios by seed {ratios}");
        });
}
