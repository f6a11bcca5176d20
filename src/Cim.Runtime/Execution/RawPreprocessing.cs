using System.Globalization;

namespace Cim.Runtime.Execution;

/// <summary>
/// Bytes to what a network reads: (x * scale - mean) / std by channel, looked up in 256 values a channel, which are computed as the
/// compiler computes them from data files, so that both give the same bits.
/// </summary>
internal sealed class RawPreprocessing
{
    private readonly float[][] _tables;
    private readonly int _run;

    /// <param name="preprocessing">What was done to data files; null: nothing.</param>
    /// <param name="input">The input of floats.</param>
    /// <exception cref="CimException">CIM4002: there is no axis with a channel for every item.</exception>
    public RawPreprocessing(ModelPreprocessing? preprocessing, TensorDescription input)
    {
        preprocessing ??= new ModelPreprocessing();
        double[] scale = Numbers(preprocessing.Scale), mean = Numbers(preprocessing.Mean), std = Numbers(preprocessing.Std);
        int channels = Math.Max(scale.Length, Math.Max(mean.Length, std.Length));
        if (!Fits(scale) || !Fits(mean) || !Fits(std) || RunOf(input, channels) is not { } run)
            throw new CimException(ErrorCodes.BufferMismatch,
                $"Input '{input.Name}' cannot take bytes: it has no axis of channels first or last for the preprocessing "
                + $"({preprocessing}). Pass floats that are preprocessed already.");
        _run = run;
        _tables = new float[channels][];
        for (int c = 0; c < channels; c++)
        {
            double factor = At(scale, c) / At(std, c), offset = -At(mean, c) / At(std, c);
            float[] table = _tables[c] = new float[256];
            for (int i = 0; i < table.Length; i++) table[i] = (float)((i * factor) + offset);
        }

        bool Fits(double[] list) => list.Length == 1 || list.Length == channels;
    }

    /// <summary>Preprocesses whole samples.</summary>
    /// <returns>The index of the first value that is NaN or infinite, else -1.</returns>
    public int Apply(ReadOnlySpan<byte> source, Span<float> target)
    {
        int channel = 0;
        for (int start = 0; start < source.Length; start += _run)
        {
            float[] table = _tables[channel];
            channel = channel + 1 == _tables.Length ? 0 : channel + 1;
            int end = Math.Min(source.Length, start + _run);
            for (int i = start; i < end; i++) target[i] = table[source[i]];
        }

        return HostCopy.FirstNonFinite(target[..source.Length]);
    }

    /// <summary>How many numbers in a row share a channel; null if no axis has the channels.</summary>
    private static int? RunOf(TensorDescription input, int channels)
    {
        ReadOnlySpan<int> sample = input.Shape.AsSpan();
        if (sample.Length > 1 || (sample.Length == 1 && sample[0] < 0)) sample = sample[1..];
        if (channels == 1) return int.MaxValue;
        if (sample.IsEmpty) return null;
        if (sample[0] == channels)
        {
            int run = 1;
            foreach (int d in sample[1..]) run *= Math.Abs(d);
            return run;
        }

        return sample[^1] == channels ? 1 : null;
    }

    private static double At(double[] list, int channel) => list.Length == 1 ? list[0] : list[channel];

    private static double[] Numbers(string text)
    {
        string[] items = text.Split(',');
        double[] numbers = new double[items.Length];
        for (int i = 0; i < items.Length; i++)
            if (!double.TryParse(items[i], NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]))
                throw new CimException(ErrorCodes.InvalidCompiledModel,
                    $"The compiled model's preprocessing '{text}' is no list of numbers. Compile it again.");
        return numbers;
    }
}
