using System.Collections.Immutable;

namespace Cim.Compiler.Variation;

/// <summary>Errors of accumulators over chips, given what the layer reads at some positions; units of one weight times one input.</summary>
/// <param name="Outputs">The outputs looked at.</param>
/// <param name="Positions">The positions.</param>
/// <param name="Exact">The accumulator without errors, [output, position].</param>
/// <param name="Mean">Mean error, [output, position].</param>
/// <param name="Variance">Variance of the error, [output, position].</param>
/// <param name="Quiet">Probability that every conversion gives its most likely code, [output, position].</param>
/// <param name="QuietError">The error then, [output, position].</param>
internal sealed record AccumulatorErrors(
    ImmutableArray<int> Outputs, int Positions, double[] Exact, double[] Mean, double[] Variance, double[] Quiet, double[] QuietError)
{
    /// <summary>Room for errors.</summary>
    public static AccumulatorErrors Empty(ImmutableArray<int> outputs, int positions)
    {
        double[] Room() => new double[outputs.Length * positions];
        return new AccumulatorErrors(outputs, positions, Room(), Room(), Room(), Room(), Room());
    }

    /// <summary>Mean and variance of the error when some conversion does not give its most likely code, so that both cases together have
    /// the known ones.</summary>
    public (double Mean, double Variance) Disturbed(int index)
    {
        double quiet = Quiet[index], rest = 1 - quiet, still = QuietError[index];
        if (rest < 1e-12) return (still, 0);
        double mean = (Mean[index] - (quiet * still)) / rest;
        double square = (Variance[index] + (Mean[index] * Mean[index]) - (quiet * still * still)) / rest;
        return (mean, Math.Max(0, square - (mean * mean)));
    }

    /// <summary>Mean and variance of the error of one output over chips and positions together.</summary>
    /// <param name="index">Index into <see cref="Outputs"/>.</param>
    public (double Mean, double Variance) Column(int index)
    {
        double mean = 0, square = 0;
        for (int p = 0; p < Positions; p++)
        {
            double m = Mean[(index * Positions) + p];
            mean += m / Positions;
            square += (Variance[(index * Positions) + p] + (m * m)) / Positions;
        }

        return (mean, Math.Max(0, square - (mean * mean)));
    }
}
