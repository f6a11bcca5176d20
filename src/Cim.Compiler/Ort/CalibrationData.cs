using Cim.Compiler.Data;
using Cim.Runtime;

namespace Cim.Compiler.Ort;

/// <summary>The samples activation ranges are measured on, in memory: evenly spread over a data file, or made up.</summary>
/// <param name="Values">[count, record], see <see cref="GraphInput"/>.</param>
/// <param name="Count">The number of samples.</param>
/// <param name="IsSynthetic">True if there was no data and the samples are random.</param>
internal sealed record CalibrationData(float[] Values, int Count, bool IsSynthetic)
{
    /// <summary>At most this many numbers are held in memory (256 MiB).</summary>
    private const long MaxElements = 1L << 26;

    /// <summary>Samples used unless the user asks otherwise.</summary>
    public const int DefaultSamples = 512;

    /// <summary>Takes samples evenly spread over the whole file, so that data sorted by class is fine.</summary>
    public static CalibrationData From(DataSet data, int samples, CancellationToken cancellation)
    {
        int elements = data.SampleElements;
        int count = (int)Math.Min(Math.Min(samples, data.Count), Math.Max(1, MaxElements / elements));
        float[] values = new float[checked(count * elements)];
        int read = 0;
        foreach (DataBatch sample in data.Spread(count))
        {
            cancellation.ThrowIfCancellationRequested();
            sample.Values.Span.CopyTo(values.AsSpan(read++ * elements));
        }

        return new CalibrationData(values, count, false);
    }

    /// <summary>
    /// Standard normal samples. Networks are trained on roughly normalised inputs, so this is the least bad guess without
    /// data; what it misses is stated by the warning that goes with it. Integer inputs are zero: an index that is always valid.
    /// </summary>
    public static CalibrationData Random(GraphInput input, ulong seed)
    {
        int count = input.Batch(1) * Math.Max(1, 32 / input.Batch(1));
        count = (int)Math.Max(input.Batch(1), Math.Min(count, (1L << 24) / input.SampleElements));
        var random = new NormalSequence(seed);
        float[] values = new float[checked(count * input.SampleElements)];
        for (int i = 0; i < values.Length;)
            foreach (InputPort port in input.Ports)
                for (int end = i + port.Elements; i < end; i++)
                    values[i] = port.Type == ElementType.Float32 ? random.Next() : 0;
        return new CalibrationData(values, count, true);
    }

    /// <summary>The same samples with the numbers of each input multiplied by a factor.</summary>
    /// <param name="input">The network's inputs.</param>
    /// <param name="factor">Of an input.</param>
    public CalibrationData Scaled(GraphInput input, Func<InputPort, double> factor)
    {
        float[] values = [.. Values];
        float[] factors = [.. input.Ports.Select(p => (float)factor(p))];
        for (int i = 0; i < values.Length;)
            for (int p = 0; p < factors.Length; p++)
                for (int end = i + input.Ports[p].Elements; i < end; i++) values[i] *= factors[p];
        return this with { Values = values };
    }

    /// <summary>At most so many of these samples, evenly spread, whole batches of a network whose batch is fixed.</summary>
    public CalibrationData Spread(GraphInput input, int samples)
    {
        int batch = Math.Max(1, input.FixedBatch),
            count = Math.Max(batch, Math.Min(samples, Count) / batch * batch),
            elements = input.SampleElements;
        if (count >= Count) return this;
        float[] values = new float[count * elements];
        for (int i = 0; i < count; i++)
            Values.AsSpan((int)((long)i * Count / count) * elements, elements).CopyTo(values.AsSpan(i * elements));
        return new CalibrationData(values, count, IsSynthetic);
    }

    /// <summary>The others, and every so many-th sample as a hold-out set.</summary>
    public (CalibrationData Others, CalibrationData HeldOut) HoldOut(int every)
    {
        int elements = Values.Length / Count;
        int[] heldOut = [.. Enumerable.Range(0, Count).Where(i => i % every == every - 1)],
            others = [.. Enumerable.Range(0, Count).Except(heldOut)];
        return (Take(others), Take(heldOut));

        CalibrationData Take(int[] samples)
        {
            float[] values = new float[samples.Length * elements];
            for (int i = 0; i < samples.Length; i++) Values.AsSpan(samples[i] * elements, elements).CopyTo(values.AsSpan(i * elements));
            return new CalibrationData(values, samples.Length, IsSynthetic);
        }
    }

    /// <summary>The samples in runs the network accepts; samples that do not fill a fixed batch are left out.</summary>
    public IEnumerable<SampleRun> Runs(GraphInput input, int wantedBatch, int limit = int.MaxValue)
    {
        int batch = input.Batch(wantedBatch), total = Math.Min(Count, Math.Max(limit, batch));
        for (int first = 0; first < total; first += batch)
        {
            int count = Math.Min(batch, total - first);
            if (count < batch && input.FixedBatch > 0)
            {
                if (first == 0)
                    throw new CimException(
                        ErrorCodes.InvalidData, $"The model's batch is fixed at {input.FixedBatch}, but there are only {Count} samples.");
                yield break;
            }

            yield return input.Split(first, count, Values.AsMemory(first * input.SampleElements, count * input.SampleElements));
        }
    }
}
