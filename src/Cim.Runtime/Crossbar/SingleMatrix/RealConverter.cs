using Cim.Runtime.Hardware;

namespace Cim.Runtime.Crossbar.SingleMatrix;

/// <summary>
/// An ADC over currents in units of gOn times the largest voltage. Ranges that include negative currents are sign-magnitude:
/// symmetric, 2^bits - 1 levels, zero among them; others are unsigned with 2^bits levels from the low end.
/// </summary>
internal sealed class RealConverter(double low, double high, int levels)
{
    public double Convert(double v)
    {
        double steps = (levels - 1) / (high - low);
        return (Math.Round((Math.Clamp(v, low, high) - low) * steps) / steps) + low;
    }

    /// <summary>The converter of a case, null for an ideal read-out.</summary>
    public static RealConverter? Of(MatrixCase c, int rows, RealSlices slices)
    {
        int bits = c.Profile.AdcBits;
        if (c.Fidelity == Fidelity.Exact || bits == 0) return null;
        bool differential = c.Profile.Encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided;
        bool signed = c.SignedInputs || differential;
        AdcRange range = c.Profile.AdcRange;
        (double low, double high) = range.Policy switch
        {
            AdcRangePolicy.Fixed => (range.Low, range.High),
            AdcRangePolicy.Granular => Granular(c, slices, bits, signed),
            _ => Full(c, rows, slices, bits, signed, differential),
        };
        if (range.Policy == AdcRangePolicy.Fixed) signed = low < 0;
        if (signed && bits < 2)
        {
            throw new CimException(ErrorCodes.InvalidMatrixCase,
                "adcBits 1 leaves a converter of signed sums (sign-magnitude, 2^adcBits - 1 levels) no level but zero; use 2 or more, or "
                    + "0 for an ideal read-out.");
        }
        return new RealConverter(low, high, (1 << bits) - (signed ? 1 : 0));
    }

    // The current of all rows fully on. Offset bit slices: a power of two of rows, with levels on multiples of a cell's step.
    private static (double, double) Full(MatrixCase c, int rows, RealSlices slices, int bits, bool signed, bool differential)
    {
        double max = rows;
        if (slices.IsSliced && !differential)
        {
            double cell = Math.Pow(2, slices.SliceBits);
            max = Math.Pow(2, Math.Round(Math.Log2(rows))) * cell / (cell - 1);
            max *= (Math.Pow(2, bits) - (c.SignedInputs ? 2 : 1)) / Math.Pow(2, bits);
            max *= InputCorrection(c);
        }
        return (signed ? -max : 0, max);
    }

    // One code per smallest step of cell times input.
    private static (double, double) Granular(MatrixCase c, RealSlices slices, int bits, bool signed)
    {
        double step = slices.IsSliced ? 1 / (Math.Pow(2, slices.SliceBits) - 1) : Math.Pow(2, -c.WeightBits);
        step *= InputCorrection(c);
        return signed ? (-step * (Math.Pow(2, bits - 1) - 1), step * (Math.Pow(2, bits - 1) - 1)) : (0, step * (Math.Pow(2, bits) - 1));
    }

    private static double InputCorrection(MatrixCase c)
    {
        if (c.ActivationBits == 0) return 1;
        double codes = Math.Pow(2, c.ActivationBits - (c.SignedInputs ? 1 : 0));
        return codes / (codes - 1);
    }
}
