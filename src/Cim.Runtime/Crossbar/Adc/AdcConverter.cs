namespace Cim.Runtime.Crossbar.Adc;

/// <summary>
/// A uniform converter: code = clamp(round half even(sum / Step), MinCode, MaxCode), read back as code * Step. Zero is always
/// a code (mid-tread), so an idle column contributes nothing.
/// </summary>
/// <param name="Step">One code in units of analog sums (one cell level times one input level); 0 = ideal read-out.</param>
/// <param name="MinCode">The lowest code.</param>
/// <param name="MaxCode">The highest code, MinCode + 2^bits - 1.</param>
internal readonly record struct AdcConverter(float Step, int MinCode, int MaxCode)
{
    /// <summary>More bits than this make no difference to 32-bit floats.</summary>
    public const int MaxBits = 24;

    /// <summary>No conversion at all.</summary>
    public static AdcConverter Ideal { get; } = new(0, int.MinValue, int.MaxValue);

    public bool IsIdeal => Step == 0;

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

    /// <summary>True if every integer sum from low to high is read back exactly.</summary>
    public bool IsLossless(long low, long high) => IsIdeal || (Step == 1 && low >= MinCode && high <= MaxCode);

    /// <summary>What the converter reads for a sum.</summary>
    public float Read(float sum)
    {
        if (IsIdeal) return sum;
        return Math.Clamp((int)MathF.Round(Math.Clamp(sum * (1f / Step), MinCode, MaxCode)), MinCode, MaxCode) * Step;
    }
}
