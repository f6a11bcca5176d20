namespace Cim.Runtime.Crossbar.Adc;

/// <summary>
/// A uniform converter: code = clamp(round half even((sum - Low) / Step), MinCode, MaxCode), read back as Low + code * Step.
/// Low is 0 but for few user-supplied ranges: zero is a code (mid-tread), so an idle column contributes nothing.
/// </summary>
/// <param name="Step">One code in units of analog sums (one cell level times one input level); 0 = ideal read-out.</param>
/// <param name="MinCode">The lowest code; whole but for <see cref="HasWholeCodes"/>.</param>
/// <param name="MaxCode">The highest code.</param>
internal readonly record struct AdcConverter(float Step, float MinCode, float MaxCode)
{
    /// <summary>More bits than this make no difference to 32-bit floats.</summary>
    public const int MaxBits = 24;

    // Times what eight input bits count it fits 32 bits.
    private const int LargestCode = 1 << 22;

    // Beyond these a float's products would overflow or vanish; no sum is nearly as large.
    private const double LargestBound = 1e30, SmallestStep = 1e-30;

    /// <summary>No conversion at all.</summary>
    public static AdcConverter Ideal { get; } = new(0, float.NegativeInfinity, float.PositiveInfinity);

    /// <summary>What code 0 is read back as.</summary>
    public float Low { get; init; }

    /// <summary>True if sums beyond the first and last code are outside a user-supplied range; else up to half a step beyond is
    /// rounding.</summary>
    public bool EndsAreLimits { get; init; }

    public bool IsIdeal => Step == 0;

    /// <summary>True if codes are integers; else the two ends of the range lie between whole sums.</summary>
    public bool HasWholeCodes => !IsIdeal && MinCode == MathF.Floor(MinCode) && MaxCode == MathF.Floor(MaxCode);

    /// <summary>True if what is read back is a whole number of units.</summary>
    public bool ReadsWholeUnits => HasWholeCodes && Low == 0 && Step == MathF.Floor(Step);

    /// <summary>(sum - Low) / Step = sum / Step + Bias.</summary>
    public float Bias => IsIdeal ? 0 : (float)(-(double)Low / Step);

    /// <summary>The converter of a range. A step below one unit would resolve sums that cannot occur, so it is never chosen.</summary>
    /// <param name="low">The lowest sum.</param>
    /// <param name="high">The highest sum.</param>
    /// <param name="bits">Resolution; 0 = ideal.</param>
    /// <param name="powerOfTwo">Round the step up to a power of two, so that shift-and-add stays in integers.</param>
    public static AdcConverter ForRange(double low, double high, int bits, bool powerOfTwo)
    {
        if (bits <= 0) return Ideal;
        bits = Math.Min(bits, MaxBits);
        int codes = (1 << bits) - 1;
        (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        double step = Math.Max(1, (high - low) / codes);
        if (powerOfTwo) step = Math.Pow(2, Math.Ceiling(Math.Log2(step)));
        int min = (int)Math.Max(-codes, Math.Round(low / step));
        return new AdcConverter((float)step, min, min + codes);
    }

    /// <summary>The converter whose lowest code is one bound and whose highest code is the other, both exactly.</summary>
    /// <remarks>
    /// Codes are the two ends and the multiples of the step between them, 2^bits at most, so zero is a code (one bit cannot have it
    /// beside both ends). The step is the smallest such one, never below one unit. Where even that is too far from zero for a code, and
    /// for one bit, codes are equidistant from low to high.
    /// </remarks>
    public static AdcConverter ForLimits(double low, double high, int bits)
    {
        if (bits <= 0) return Ideal;
        int codes = 1 << Math.Min(bits, MaxBits);
        (low, high) = (Whole(Math.Clamp(low, -LargestBound, LargestBound)), Whole(Math.Clamp(high, -LargestBound, LargestBound)));
        double step = Math.Max(1, StepOf(low, high, codes)), first = Whole(low / step), last = Whole(high / step);
        if (double.IsFinite(step) && Math.Max(-first, last) <= LargestCode)
            return new AdcConverter((float)step, (float)first, (float)last) { EndsAreLimits = true };
        step = Math.Max(SmallestStep, (high - low) / (codes - 1));
        return new AdcConverter((float)step, 0, codes - 1) { Low = (float)low, EndsAreLimits = true };
    }

    // The smallest step with ceil(high / step) + ceil(-low / step) + 1 codes, or its like where zero is outside; infinite = none.
    private static double StepOf(double low, double high, int codes)
    {
        if (low > 0 || high < 0) return codes > 2 ? (high - low) / (codes - 2) : double.PositiveInfinity;
        if (low == 0 || high == 0) return (high - low) / (codes - 1);
        if (codes == 2) return double.PositiveInfinity;
        // Steps above and below zero share the codes besides it in proportion, rounded one way or the other.
        int above = Math.Clamp((int)(high / (high - low) * (codes - 1)), 1, codes - 2), more = Math.Min(above + 1, codes - 2);
        return Math.Min(Math.Max(high / above, -low / (codes - 1 - above)), Math.Max(high / more, -low / (codes - 1 - more)));
    }

    /// <summary>True if every integer sum from low to high is read back exactly.</summary>
    public bool IsLossless(long low, long high) => IsIdeal || (Step == 1 && Low == 0 && low >= MinCode && high <= MaxCode);

    /// <summary>What the converter reads for a sum.</summary>
    public float Read(float sum) => IsIdeal ? sum : MathF.FusedMultiplyAdd(Code(sum), Step, Low);

    /// <summary>The code of a sum; only of a real converter.</summary>
    public float Code(float sum) => Math.Clamp(MathF.Round(MathF.FusedMultiplyAdd(sum, 1f / Step, Bias)), MinCode, MaxCode);

    /// <summary>The share of the whole sums from low to high, all of them equally frequent, that lies outside the range.</summary>
    public double Clipped(double low, double high)
    {
        if (IsIdeal) return 0;
        // A sum beside a measured range's last code is rounded, not clipped.
        double slack = EndsAreLimits ? 0 : 0.5, from = ((MinCode - slack) * Step) + Low, to = ((MaxCode + slack) * Step) + Low;
        double inside = Math.Max(0, Math.Min(high, Math.Floor(to)) - Math.Max(low, Math.Ceiling(from)) + 1);
        return 1 - (inside / (high - low + 1));
    }

    // Bounds that are whole but for the rounding of the units they were converted from.
    private static double Whole(double v) =>
        Math.Abs(v - Math.Round(v)) <= 1e-9 * Math.Max(1, Math.Abs(v)) && Math.Round(v) is var whole && (whole != 0 || v == 0) ? whole : v;
}
