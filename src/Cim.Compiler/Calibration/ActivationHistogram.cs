using Cim.Runtime;

namespace Cim.Compiler.Calibration;

/// <summary>
/// A streaming histogram of the magnitudes of one tensor's values, with its extremes. The zero point of activations is 0,
/// so the error of a scale depends on magnitudes alone. The upper limit is a power of two that doubles when a value
/// exceeds it (neighbouring bins are merged), so the result does not depend on how the data is cut into batches.
/// </summary>
internal sealed class ActivationHistogram
{
    /// <summary>Enough for 64 bins per step of an 8-bit range.</summary>
    public const int BinCount = 16384;

    private readonly long[] _bins = new long[BinCount];

    /// <summary>Counts of the magnitudes in [i, i+1) * <see cref="BinWidth"/>; exact zeros are counted in <see cref="Zeros"/> only.</summary>
    public ReadOnlySpan<long> Bins => _bins;

    public double Limit { get; private set; }

    public double BinWidth => Limit / BinCount;

    public long Zeros { get; private set; }

    /// <summary>All values seen, zeros included.</summary>
    public long Count { get; private set; }

    public float Minimum { get; private set; } = float.PositiveInfinity;

    public float Maximum { get; private set; } = float.NegativeInfinity;

    /// <summary>The largest magnitude.</summary>
    public float Magnitude => Count == 0 ? 0 : Math.Max(Math.Abs(Minimum), Math.Abs(Maximum));

    /// <summary>Adds values.</summary>
    /// <exception cref="CimException">CIM0006: a value is not finite.</exception>
    public void Add(ReadOnlySpan<float> values, string tensor)
    {
        if (values.IsEmpty) return;
        float low = float.PositiveInfinity, high = float.NegativeInfinity;
        foreach (float v in values)
        {
            // NaN compares false with everything, so it is caught here too.
            if (!(Math.Abs(v) <= float.MaxValue))
                throw new CimException(ErrorCodes.InvalidData, $"Tensor '{tensor}' becomes {v} on the calibration data; check the data's --scale, --mean, --std and the network.");
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
        long[] bins = _bins;
        long zeros = 0;
        foreach (float v in values)
        {
            if (v == 0) zeros++;
            else bins[Math.Min((int)(Math.Abs((double)v) * perBin), BinCount - 1)]++;
        }

        Zeros += zeros;
    }

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
        for (int i = 0; i < BinCount; i++) _bins[shift >= 31 ? 0 : i >> shift] += other._bins[i];
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
            for (int i = 0; i < BinCount / 2; i++) _bins[i] = _bins[2 * i] + _bins[(2 * i) + 1];
            Array.Clear(_bins, BinCount / 2, BinCount / 2);
            Limit *= 2;
        }
    }
}
