namespace Cim.Compiler.Statistics;

/// <summary>
/// Measured numbers on a coarser grid. Processors add floating-point numbers in different orders, and the last bits of a measured range
/// or scale would otherwise become other integers; rounded to the bits that carry information, almost all of them agree
/// (the few beside a boundary of the grid do not: that is what a lock file is for).
/// </summary>
internal static class FloatGrid
{
    /// <summary>Significant bits of a range: far finer than any quantizer's step, 2^-8 of the range.</summary>
    public const int RangeBits = 12;

    /// <summary>Significant bits of a scale or bias that was fitted to statistics.</summary>
    public const int FittedBits = 14;

    /// <summary>The nearest number with so many significant bits; ties away from zero.</summary>
    public static double Snap(double value, int bits)
    {
        if (value == 0 || !double.IsFinite(value)) return value;
        int shift = bits - 1 - Math.ILogB(value);
        return Math.ScaleB(Math.Round(Math.ScaleB(value, shift), MidpointRounding.AwayFromZero), -shift);
    }
}
