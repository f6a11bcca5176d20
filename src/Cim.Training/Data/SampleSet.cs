using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Training.Data;

/// <summary>Samples of one shape, with labels or without, already preprocessed.</summary>
public sealed class SampleSet
{
    /// <summary>Wraps arrays, which are not copied.</summary>
    /// <param name="values">count * elements values, sample by sample.</param>
    /// <param name="shape">Shape of one sample, without the batch axis.</param>
    /// <param name="labels">One class per sample, or null.</param>
    /// <exception cref="CimException">Lengths do not fit.</exception>
    public SampleSet(float[] values, IReadOnlyList<long> shape, int[]? labels)
    {
        ArgumentNullException.ThrowIfNull(values);
        Shape = [.. shape];
        Elements = (int)Shape.Aggregate(1L, (product, dim) => product * dim);
        Values = values;
        Labels = labels;
        if (Elements == 0 || values.Length == 0 || values.Length % Elements != 0)
            throw new CimException(ErrorCodes.InvalidData, $"{values.Length} values are no whole number of samples of {Elements} elements");
        Count = values.Length / Elements;
        if (labels is not null && labels.Length != Count)
            throw new CimException(ErrorCodes.InvalidLabels, $"{labels.Length} labels for {Count} samples");
    }

    /// <summary>Number of samples.</summary>
    public int Count { get; }

    /// <summary>Elements of one sample.</summary>
    public int Elements { get; }

    /// <summary>Shape of one sample.</summary>
    public IReadOnlyList<long> Shape { get; }

    /// <summary>All values, sample by sample.</summary>
    public float[] Values { get; }

    /// <summary>One class per sample, or null.</summary>
    public int[]? Labels { get; }

    /// <summary>The values of one sample.</summary>
    public ReadOnlySpan<float> Sample(int index) => Values.AsSpan(index * Elements, Elements);

    /// <summary>Samples [start, start + count).</summary>
    public SampleSet Range(int start, int count) => new(
        Values[(start * Elements)..((start + count) * Elements)], Shape, Labels?[start..(start + count)]);

    /// <summary>The samples at the given positions, in that order.</summary>
    public SampleSet Select(IReadOnlyList<int> indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        var values = new float[indices.Count * Elements];
        for (int i = 0; i < indices.Count; i++)
            Sample(indices[i]).CopyTo(values.AsSpan(i * Elements));
        return new SampleSet(values, Shape, Labels is null ? null : [.. indices.Select(index => Labels[index])]);
    }
}
