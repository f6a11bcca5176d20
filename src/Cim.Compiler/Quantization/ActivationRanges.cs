using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Runtime.Crossbar;

namespace Cim.Compiler.Quantization;

/// <summary>The values each activation group takes on calibration data, measured once, and its quantizer for any width.</summary>
internal sealed class ActivationRanges
{
    private static readonly RangeMethod[] _candidates = [RangeMethod.MeanSquaredError, RangeMethod.MinMax, RangeMethod.Percentile];

    private readonly QuantizerOptions _options;
    private readonly Dictionary<(int Group, int Bits), QuantizationParameters> _known = [];
    private readonly OutputProbes? _probes;
    private readonly ImmutableArray<(ActivationHistogram Histogram, bool IsSigned, bool MayShift, double? Known)> _groups;

    /// <summary>Runs the float network over the calibration samples.</summary>
    /// <param name="knownRanges">Largest magnitudes known without data, by value; they replace those of synthetic samples.</param>
    public ActivationRanges(
        Graph graph, GraphInput input, CalibrationData data, ImmutableArray<ActivationGroup> groups, QuantizerOptions options,
        CancellationToken cancellation,
        IReadOnlyDictionary<string, double>? knownRanges = null)
    {
        _options = options;
        string[] roots = [.. groups.SelectMany(g => g.Roots).Distinct(StringComparer.Ordinal)];
        Dictionary<string, ActivationHistogram> histograms = ActivationCalibrator.Collect(graph, input, data, roots, cancellation);
        var nonNegative = new NonNegativeValues(new GraphTopology(graph));
        if (options.Range == RangeMethod.Automatic && !data.IsSynthetic)
            _probes = new OutputProbes(graph, input, data, groups, cancellation);
        _groups =
        [
            .. groups.Select(group =>
            {
                var histogram = new ActivationHistogram();
                foreach (string root in group.Roots) histogram.Merge(histograms[root]);
                // An input is what the data says; elsewhere only operators that cannot give negative values count.
                bool isSigned = !group.Roots.All(r => nonNegative.Contains(r)
                    || (input.Has(r) && !data.IsSynthetic && histograms[r].Minimum >= 0));
                double? known = data.IsSynthetic && knownRanges is not null && group.Roots.All(knownRanges.ContainsKey)
                    ? group.Roots.Max(r => knownRanges[r])
                    : null;
                // Elsewhere a zero stands for much (a Relu's, an addition's neutral element), and should stay an integer of no current.
                bool mayShift = isSigned && !data.IsSynthetic && options.Range is RangeMethod.MeanSquaredError or RangeMethod.Automatic
                    && group.Roots.All(input.Has);
                return (histogram, isSigned, mayShift, known);
            }),
        ];
    }

    /// <summary>The largest magnitude a group takes.</summary>
    public double Magnitude(int group) => _groups[group].Histogram.Magnitude;

    /// <summary>The quantizer of a group at a width.</summary>
    public QuantizationParameters Parameters(int group, int bits)
    {
        lock (_known)
        {
            if (!_known.TryGetValue((group, bits), out QuantizationParameters? known))
                _known[(group, bits)] = known = Choose(group, bits);
            return known;
        }
    }

    private QuantizationParameters Choose(int group, int bits)
    {
        (ActivationHistogram histogram, bool isSigned, bool mayShift, double? known) = _groups[group];
        int levels = isSigned ? (1 << (bits - 1)) - 1 : (1 << bits) - 1;
        if (known is null && _probes is not null) return ByOutputError(_probes);
        QuantizationParameters centred = Centred(known ?? RangeSelection.Threshold(histogram, levels, _options.Range, _options.Percentile));
        return mayShift && bits < QuantizationPolicy.MaxBits ? OffsetRange.Instead(centred, histogram) : centred;

        QuantizationParameters ByOutputError(OutputProbes probes)
        {
            QuantizationParameters best = probes.Best(
                group, _candidates.Select(m => Centred(RangeSelection.Threshold(histogram, levels, m, _options.Percentile))));
            if (!mayShift || bits >= QuantizationPolicy.MaxBits) return best;
            QuantizationParameters offset = OffsetRange.Instead(best, histogram);
            return offset != best && probes.Error(group, offset) < OffsetRange.WorthIt * probes.Error(group, best) ? offset : best;
        }

        QuantizationParameters Centred(double threshold) => new(
            threshold == 0 ? 1f / levels : (float)Math.Max(threshold / levels, WeightScales.Smallest), 0, bits, isSigned);
    }
}
