using Cim.Compiler.Statistics;
using Cim.Runtime.Crossbar;

namespace Cim.Compiler.Variation;

/// <summary>
/// What errors of accumulators do to the requantized output codes of a layer. Either every conversion gives its most likely
/// code, or the error is taken as normal; a value v in output steps with the clamp [low, high] becomes the code round(clamp(v)).
/// </summary>
/// <param name="Harmless">Probability that the kept output is moved by less than half of its last bit.</param>
/// <param name="Wrong">Probability that a code is not the noise-free one.</param>
/// <param name="BeyondOne">Probability that it is off by more than one.</param>
/// <param name="Noise">Root mean square of the error of the kept (clamped) output in its steps.</param>
internal sealed record OutputCodeErrors(double Harmless, double Wrong, double BeyondOne, double Noise)
{
    /// <param name="layer">The layer.</param>
    /// <param name="inputs">Gives the residuals.</param>
    /// <param name="errors">Of <see cref="LayerErrorModel"/>.</param>
    /// <param name="output">The codes.</param>
    public static OutputCodeErrors Of(CrossbarLayer layer, LayerInputs inputs, AccumulatorErrors errors, QuantizationParameters output)
    {
        double low = Bound(layer.Epilogue.Minimum, output, output.Min), high = Bound(layer.Epilogue.Maximum, output, output.Max);
        double harmless = 0, wrong = 0, beyond = 0, noise = 0;
        for (int i = 0; i < errors.Outputs.Length; i++)
        {
            int o = errors.Outputs[i];
            double unit = (double)layer.Input.Scale * layer.WeightScales[o] / output.Scale;
            for (int p = 0; p < errors.Positions; p++)
            {
                int at = (i * errors.Positions) + p;
                double value = (errors.Exact[at] * unit) + output.ZeroPoint;
                if (inputs.Residual.Length > 0) value += inputs.Residual[(p * layer.Outputs) + o] / output.Scale;
                double kept = Math.Clamp(value, low, high), code = Math.Round(kept);
                (double mean, double variance) = errors.Disturbed(at);
                Count(errors.Quiet[at], errors.QuietError[at] * unit, 0);
                Count(1 - errors.Quiet[at], mean * unit, Math.Sqrt(variance) * Math.Abs(unit));

                void Count(double chance, double mean, double sigma)
                {
                    if (chance <= 0) return;
                    wrong += chance * Leaves(value + mean, sigma, code - 0.5, code + 0.5, low, high);
                    beyond += chance * Leaves(value + mean, sigma, code - 1.5, code + 1.5, low, high);
                    harmless += chance * (1 - Leaves(value + mean, sigma, kept - 0.5, kept + 0.5, low, high));
                    noise += chance * Moved(value, mean, sigma, low, high);
                }
            }
        }

        double count = Math.Max(1, errors.Exact.Length);
        return new OutputCodeErrors(harmless / count, wrong / count, beyond / count, Math.Sqrt(noise / count));
    }

    // E[(clamp(v + e) - clamp(v))^2] by Gauss-Hermite quadrature of five points.
    private static double Moved(double value, double mean, double sigma, double low, double high)
    {
        ReadOnlySpan<double> nodes = [0, 1.3556261799742659, -1.3556261799742659, 2.8569700138728056, -2.8569700138728056];
        ReadOnlySpan<double> weights = [0.5333333333333333, 0.2220759220056126, 0.2220759220056126, 0.0112574113277207, 0.0112574113277207];
        double kept = Math.Clamp(value, low, high), sum = 0;
        for (int i = 0; i < nodes.Length; i++)
        {
            double moved = Math.Clamp(value + mean + (sigma * nodes[i]), low, high) - kept;
            sum += weights[i] * moved * moved;
        }

        return sum;
    }

    // The clamp comes first: what lies beyond it cannot be reached.
    private static double Leaves(double centre, double sigma, double from, double to, double low, double high)
    {
        double below = from < low ? 0 : Above(centre - from, sigma), above = to > high ? 0 : Above(to - centre, sigma);
        return Math.Min(1, below + above);
    }

    private static double Above(double distance, double sigma) =>
        sigma > 0 ? NormalDistribution.Above(distance / sigma) : distance < 0 ? 1 : 0;

    private static double Bound(float real, QuantizationParameters q, double limit) =>
        float.IsInfinity(real) ? limit : Math.Clamp(Math.Round((double)real / q.Scale) + q.ZeroPoint, q.Min, q.Max);
}
