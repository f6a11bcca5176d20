using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Data;

namespace Cim.Compiler.Search;

/// <summary>
/// The calibration samples of a search, in two parts that share no sample: quantizers are fitted on one, policies are judged on
/// the other. Evaluation data never takes part in the choice.
/// </summary>
/// <param name="Fit">A third of the samples.</param>
/// <param name="Validation">The others.</param>
/// <param name="Labels">Of the validation samples; default if the file has none.</param>
internal sealed record SearchData(CalibrationData Fit, CalibrationData Validation, ImmutableArray<int> Labels)
{
    /// <summary>Samples taken, at most, evenly spread over the file.</summary>
    public const int MaxSamples = 1536;

    /// <summary>At most this many numbers are kept (512 MiB).</summary>
    private const long MaxElements = 1L << 27;

    public static SearchData From(DataSet data, CancellationToken cancellation, int maxSamples = MaxSamples)
    {
        int elements = data.SampleElements;
        int count = (int)Math.Min(Math.Min(maxSamples, data.Count), Math.Max(3, MaxElements / elements));
        (var fit, var validation, var labels) = (new List<float>(), new List<float>(), ImmutableArray.CreateBuilder<int>());
        int index = 0;
        foreach (DataBatch sample in data.Spread(count))
        {
            cancellation.ThrowIfCancellationRequested();
            bool fits = index++ % 3 == 0;
            (fits ? fit : validation).AddRange(sample.Values.Span);
            if (!fits && data.HasLabels) labels.Add(data.Labels[sample.First]);
        }

        // Any first part of the judging samples is a fair sample, also of a file sorted by class.
        int judged = validation.Count / elements;
        int[] order = [.. Enumerable.Range(0, judged)];
        var random = new SplitMix((ulong)judged);
        for (int i = order.Length - 1; i > 0; i--)
            if (random.Next(i + 1) is var j) (order[i], order[j]) = (order[j], order[i]);
        float[] values = new float[validation.Count];
        for (int i = 0; i < judged; i++) validation.CopyTo(order[i] * elements, values, i * elements, elements);
        return new SearchData(
            new CalibrationData([.. fit], fit.Count / elements, false),
            new CalibrationData(values, judged, false),
            data.HasLabels ? [.. order.Select(i => labels[i])] : default);
    }
}
