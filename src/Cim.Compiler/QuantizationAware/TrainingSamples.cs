using Cim.Compiler.Data;
using Cim.Training.Data;

namespace Cim.Compiler.QuantizationAware;

/// <summary>Data files as training takes them: in memory, divided into samples to learn from and a hold-out set.</summary>
internal static class TrainingSamples
{
    private const int ReadBatch = 1024;

    /// <summary>All samples of a file.</summary>
    /// <param name="data">The file.</param>
    /// <param name="shape">The shape of one sample.</param>
    /// <param name="cancellation">Checked between batches.</param>
    public static SampleSet Read(DataSet data, IReadOnlyList<long> shape, CancellationToken cancellation)
    {
        float[] values = new float[checked(data.Count * data.SampleElements)];
        foreach (DataBatch batch in data.Batches(ReadBatch))
        {
            cancellation.ThrowIfCancellationRequested();
            batch.Values.Span.CopyTo(values.AsSpan(batch.First * data.SampleElements));
        }

        return new SampleSet(values, shape, data.HasLabels ? [.. data.Labels] : null);
    }

    /// <summary>Divides off a hold-out set of evenly spread samples, so that every class and source of a sorted file is in both
    /// parts.</summary>
    /// <returns>No validation samples where the fraction is none.</returns>
    public static (SampleSet Training, SampleSet? Validation) Split(SampleSet samples, double fraction)
    {
        int count = (int)(samples.Count * fraction);
        if (count == 0 || count == samples.Count) return (samples, null);
        HashSet<int> held = [.. Spread(samples.Count, count)];
        int[] rest = [.. Enumerable.Range(0, samples.Count).Where(i => !held.Contains(i))];
        return (samples.Select(rest), samples.Select([.. held.Order()]));
    }

    /// <summary>At most so many evenly spread samples.</summary>
    public static SampleSet Some(SampleSet samples, int count) =>
        samples.Count <= count ? samples : samples.Select([.. Spread(samples.Count, count)]);

    private static IEnumerable<int> Spread(int all, int count) => Enumerable.Range(0, count).Select(i => (int)((long)i * all / count));
}
