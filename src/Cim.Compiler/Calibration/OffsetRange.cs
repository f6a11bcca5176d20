using Cim.Compiler.Statistics;
using Cim.Runtime.Crossbar;

namespace Cim.Compiler.Calibration;

/// <summary>
/// Quantizers with a zero point, for values whose range is far from symmetric (a normalised image of dark background): two's complement
/// would leave the integers of one side unused. The crossbar streams the unsigned integers as they are, and the zero point's part of
/// every sum is a constant.
/// </summary>
internal static class OffsetRange
{
    /// <summary>Squared error of a quantizer with an offset, as a share of one without, that is worth it: a quarter of a bit, or
    /// more.</summary>
    public const double WorthIt = 0.7;

    private const int Scales = 64, Steps = 5;

    /// <summary>The quantizer of the same width with the least squared error, or the given one where that is not far worse.</summary>
    /// <param name="centred">Signed, zero point 0.</param>
    /// <param name="histogram">The values.</param>
    public static QuantizationParameters Instead(QuantizationParameters centred, ActivationHistogram histogram)
    {
        double least = WorthIt * SquaredError(histogram, centred);
        QuantizationParameters best = centred;
        int levels = (1 << centred.Bits) - 1;
        double minimum = FloatGrid.Snap(histogram.Minimum, FloatGrid.RangeBits),
            span = FloatGrid.Snap(histogram.Maximum, FloatGrid.RangeBits) - minimum;
        for (int k = Scales; k > Scales / 4; k--)
        {
            float scale = (float)(span * k / (Scales * (double)levels));
            if (!(scale > 0)) continue;
            // What is clipped is clipped below, above or on both sides.
            double all = -minimum / scale, beyond = Math.Max(0, (span / scale) - levels);
            int before = -1;
            for (int step = 0; step < Steps; step++)
            {
                int zero = (int)Math.Clamp(Math.Round(all - (beyond * step / (Steps - 1))), 0, levels - 1);
                if (zero == before) continue;
                before = zero;
                // The smallest value often is the most frequent one, a background: it may fall on an integer.
                float onInteger = zero > 0 ? (float)(-minimum / zero) : scale;
                foreach (float tried in new[] { scale, onInteger })
                {
                    if (!(tried > 0)) continue;
                    var candidate = new QuantizationParameters(tried, zero, centred.Bits, Signed: false);
                    double error = SquaredError(histogram, candidate);
                    if (error < least) (best, least) = (candidate, error);
                }
            }
        }

        return best;
    }

    /// <summary>The summed squared error over a histogram, each value taken at its bin's middle.</summary>
    public static double SquaredError(ActivationHistogram histogram, QuantizationParameters parameters)
    {
        ReadOnlySpan<long> bins = histogram.Bins, negative = histogram.Negative;
        double width = histogram.BinWidth, scale = parameters.Scale, error = 0;
        int low = parameters.Min - parameters.ZeroPoint, high = parameters.Max - parameters.ZeroPoint;
        for (int i = 0; i < bins.Length; i++)
        {
            if (bins[i] == 0) continue;
            double value = (i + 0.5) * width, level = Math.Round(value / scale);
            if (negative[i] > 0) error += negative[i] * Square(value - (Math.Min(level, -low) * scale));
            if (bins[i] > negative[i]) error += (bins[i] - negative[i]) * Square(value - (Math.Min(level, high) * scale));
        }

        return error;

        static double Square(double difference) => difference * difference;
    }
}
