namespace Cim.Runtime.Crossbar.Adc;

/// <summary>How often sums of one weight slice occurred, in bins of a whole number of units.</summary>
internal sealed class AdcHistogram
{
    private const int MaxBins = 8192;

    private readonly long[] _counts;
    private readonly int _low;
    private readonly int _width;

    /// <summary>A histogram over all sums from low to high.</summary>
    public AdcHistogram(long low, long high)
    {
        _low = checked((int)low);
        _width = (int)Math.Max(1, ((high - low) / MaxBins) + 1);
        _counts = new long[((high - low) / _width) + 1];
    }

    /// <summary>The smallest sum seen.</summary>
    public int Minimum { get; private set; } = int.MaxValue;

    /// <summary>The largest sum seen.</summary>
    public int Maximum { get; private set; } = int.MinValue;

    /// <summary>Sums seen.</summary>
    public long Total { get; private set; }

    /// <summary>Counts sums.</summary>
    public void Add(ReadOnlySpan<int> sums)
    {
        foreach (int sum in sums)
        {
            Minimum = Math.Min(Minimum, sum);
            Maximum = Math.Max(Maximum, sum);
            _counts[(sum - _low) / _width]++;
        }
        Total += sums.Length;
    }

    /// <summary>The range that leaves a fraction of the sums outside on each side.</summary>
    public (double Low, double High) Percentile(double outside)
    {
        long allowed = (long)(Total * outside);
        long sum = 0;
        int first = 0, last = _counts.Length - 1;
        while (first < last && (sum += _counts[first]) <= allowed) first++;
        sum = 0;
        while (last > first && (sum += _counts[last]) <= allowed) last--;
        return (Math.Max(Minimum, (double)_low + ((long)first * _width)), Math.Min(Maximum, (double)_low + ((last + 1L) * _width) - 1));
    }

    /// <summary>The scaled-down range whose converter has the least mean square error; ties go to the wider one.</summary>
    public (double Low, double High) LeastSquares(int bits, bool powerOfTwo)
    {
        const int Candidates = 64;
        (double Low, double High) best = (Minimum, Maximum);
        double least = double.PositiveInfinity;
        for (int i = Candidates; i > 0; i--)
        {
            double low = Math.Min(0, Minimum) * (double)i / Candidates, high = Math.Max(0, Maximum) * (double)i / Candidates;
            AdcConverter adc = AdcConverter.ForRange(low, high, bits, powerOfTwo);
            double error = 0;
            for (int b = 0; b < _counts.Length; b++)
            {
                if (_counts[b] == 0) continue;
                float centre = _low + ((long)b * _width) + ((_width - 1) * 0.5f);
                double e = centre - adc.Read(centre);
                error += e * e * _counts[b];
            }
            if (error < least) (least, best) = (error, (low, high));
        }
        return best;
    }

    /// <summary>Adds the sums to bins relative to the range of a converter; those beyond the bins to the first and last.</summary>
    /// <param name="bins">The bins.</param>
    /// <param name="adc">The converter; nothing is added for an ideal one.</param>
    /// <param name="ends">Where the bins begin and end: 0 is the converter's lowest code, 1 its highest.</param>
    public void AddTo(Span<long> bins, AdcConverter adc, (double Low, double High) ends)
    {
        if (adc.IsIdeal || Total == 0) return;
        double low = adc.Low + ((double)adc.MinCode * adc.Step), span = ((double)adc.MaxCode - adc.MinCode) * adc.Step;
        for (int b = 0; b < _counts.Length; b++)
        {
            if (_counts[b] == 0) continue;
            double at = (_low + ((double)b * _width) + ((_width - 1) * 0.5) - low) / span;
            bins[(int)Math.Clamp((at - ends.Low) / (ends.High - ends.Low) * bins.Length, 0, bins.Length - 1)] += _counts[b];
        }
    }

    /// <summary>The fraction of the sums a converter would clip.</summary>
    public double Saturated(AdcConverter adc)
    {
        if (adc.IsIdeal || Total == 0) return 0;
        double outside = 0;
        for (int b = 0; b < _counts.Length; b++)
        {
            if (_counts[b] == 0) continue;
            double first = _low + ((double)b * _width);
            outside += adc.Clipped(Math.Max(first, Minimum), Math.Min(first + _width - 1, Maximum)) * _counts[b];
        }
        return outside / Total;
    }
}
