using System.Collections.Immutable;
using Cim.Compiler.Data;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.RandomNumbers;

namespace Cim.Compiler.Evaluation;

/// <summary>
/// The calibration samples of a search, in two parts that share no sample: quantizers are fitted on one, policies are evaluated on
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

    /// <summary>The samples of a file for a network, checked before anything is searched.</summary>
    /// <param name="data">The file, opened for the network.</param>
    /// <param name="graph">The network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="cancellation">Checked between samples.</param>
    /// <param name="maxSamples">At most so many.</param>
    /// <exception cref="CimException">CIM3011: too few samples; CIM0007: a label the network cannot give.</exception>
    public static SearchData For(DataSet data, Graph graph, GraphInput input, CancellationToken cancellation, int maxSamples = MaxSamples)
    {
        int batch = Math.Max(1, input.FixedBatch), fewest = batch == 1 ? 2 : (3 * (batch - 1)) + 1;
        int available = Math.Min(maxSamples, data.Count);
        if (available < fewest)
            throw new CimException(ErrorCodes.SearchNeedsData,
                $"A search fits quantizers on some samples and evaluates on others: it needs at least {fewest} "
                + $"samples{(batch == 1 ? "" : $" for a network of {batch} a run")} (a few hundred to be worth anything), and has "
                + $"{available}. Give more calibration samples, or choose the bits yourself.") { File = data.Path };
        SearchData parts = From(data, cancellation, maxSamples);
        if (batch > 1) parts = parts.WholeBatches(batch);
        return ScoredGraph.AreClasses(graph, input, data) ? parts : parts with { Labels = default };
    }

    private SearchData WholeBatches(int batch)
    {
        int count = Validation.Count / batch * batch, elements = Validation.Values.Length / Validation.Count;
        return this with
        {
            Validation = Validation with { Values = Validation.Values[..(count * elements)], Count = count },
            Labels = Labels.IsDefault ? Labels : Labels[..count],
        };
    }

    /// <summary>The samples of a file, in two parts.</summary>
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

        // Any first part of the evaluation samples is a fair sample, also of a file sorted by class.
        int evaluated = validation.Count / elements;
        int[] order = [.. Enumerable.Range(0, evaluated)];
        var random = new SplitMix((ulong)evaluated);
        for (int i = order.Length - 1; i > 0; i--)
            if (random.Next(i + 1) is var j) (order[i], order[j]) = (order[j], order[i]);
        float[] values = new float[validation.Count];
        for (int i = 0; i < evaluated; i++) validation.CopyTo(order[i] * elements, values, i * elements, elements);
        return new SearchData(
            new CalibrationData([.. fit], fit.Count / elements, false),
            new CalibrationData(values, evaluated, false),
            data.HasLabels ? [.. order.Select(i => labels[i])] : default);
    }
}
