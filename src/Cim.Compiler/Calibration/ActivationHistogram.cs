using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Statistics;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Calibration;

/// <summary>
/// A streaming histogram of the magnitudes of one tensor's values, with its extremes. Where the zero point is 0 the error of a
/// scale depends on magnitudes alone; those of negative values are counted apart as well, for quantizers with an offset. The upper
/// limit is a power of two that doubles when a value exceeds it (neighbouring bins are merged), so the result does not depend on
/// how the data is cut into batches.
/// </summary>
internal sealed class ActivationHistogram
{
    /// <summary>Enough for 64 bins per step of an 8-bit range.</summary>
    public const int BinCount = 16384;

    private readonly long[] _bins = new long[BinCount];
    private readonly long[] _negative = new long[BinCount];

    /// <summary>Counts of the magnitudes in [i, i+1) * <see cref="BinWidth"/>; exact zeros are counted in <see cref="Zeros"/>
    /// only.</summary>
    public ReadOnlySpan<long> Bins => _bins;

    /// <summary>Those of <see cref="Bins"/> that are of negative values.</summary>
    public ReadOnlySpan<long> Negative => _negative;

    public double Limit { get; private set; }

    public double BinWidth => Limit / BinCount;

    public long Zeros { get; private set; }

    /// <summary>All values seen, zeros included.</summary>
    public long Count { get; private set; }

    public float Minimum { get; private set; } = float.PositiveInfinity;

    public float Maximum { get; private set; } = float.NegativeInfinity;

    /// <summary>The largest magnitude, as ranges are made from it (<see cref="FloatGrid"/>).</summary>
    public double Magnitude => FloatGrid.Snap(Extreme, FloatGrid.RangeBits);

    private float Extreme => Count == 0 ? 0 : Math.Max(Math.Abs(Minimum), Math.Abs(Maximum));

    /// <summary>Adds values.</summary>
    /// <param name="values">The values.</param>
    /// <param name="tensor">Whose they are, for messages.</param>
    /// <param name="ignoresLowest">True if minus infinity (and the lowest float) only marks positions a maximum ignores.</param>
    /// <exception cref="CimException">CIM0006: a value is not finite.</exception>
    public void Add(ReadOnlySpan<float> values, string tensor, bool ignoresLowest = false)
    {
        if (ignoresLowest) values = Array.FindAll(values.ToArray(), v => !(v <= -float.MaxValue));
        if (values.IsEmpty) return;
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        foreach (float v in values)
        {
            // NaN compares false with everything, so it is caught here too.
            if (!(Math.Abs(v) <= float.MaxValue))
                throw NotFinite(tensor, v);
            if (v < low) low = v;
            if (v > high) high = v;
        }

        Minimum = Math.Min(Minimum, low);
        Maximum = Math.Max(Maximum, high);
        Grow(Math.Max(Math.Abs(low), Math.Abs(high)));
        Count += values.Length;
        if (Limit == 0)
        {
            Zeros += values.Length;
            return;
        }

        double perBin = BinCount / Limit;
        long[] bins = _bins, negative = _negative;
        long zeros = 0;
        foreach (float v in values)
        {
            if (v == 0)
            {
                zeros++;
                continue;
            }

            int bin = Math.Min((int)(Math.Abs((double)v) * perBin), BinCount - 1);
            bins[bin]++;
            if (v < 0) negative[bin]++;
        }

        Zeros += zeros;
    }

    /// <summary>The error for a number that is not finite.</summary>
    public static CimException NotFinite(string tensor, float value) => OptionError.Of(ErrorCodes.InvalidData,
        $"Tensor '{tensor}' becomes {value} on the calibration data; check the data's {OptionTable.Scale.Named()}, "
        + $"{OptionTable.Mean.Named()}, {OptionTable.Std.Named()} and the network.");

    /// <summary>Adds another histogram: tensors that must share one scale.</summary>
    public void Merge(ActivationHistogram other)
    {
        Grow(other.Limit);
        Minimum = Math.Min(Minimum, other.Minimum);
        Maximum = Math.Max(Maximum, other.Maximum);
        Count += other.Count;
        Zeros += other.Zeros;
        if (other.Limit == 0) return;
        int shift = (int)Math.Round(Math.Log2(Limit / other.Limit));
        for (int i = 0; i < BinCount; i++)
        {
            int into = shift >= 31 ? 0 : i >> shift;
            _bins[into] += other._bins[i];
            _negative[into] += other._negative[i];
        }
    }

    private void Grow(double magnitude)
    {
        if (magnitude <= Limit) return;
        double wanted = Math.Pow(2, Math.Ceiling(Math.Log2(magnitude)));
        if (wanted < magnitude) wanted *= 2;
        if (Limit == 0)
        {
            Limit = wanted;
            return;
        }

        while (Limit < wanted)
        {
            foreach (long[] bins in new[] { _bins, _negative })
            {
                for (int i = 0; i < BinCount / 2; i++) bins[i] = bins[2 * i] + bins[(2 * i) + 1];
                Array.Clear(bins, BinCount / 2, BinCount / 2);
            }

            Limit *= 2;
        }
    }
}
