using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Runtime.Crossbar;

namespace Cim.Compiler.Quantization;

/// <summary>
/// A sample of what a layer reads in the float network, and some of its outputs: enough to compare quantizers of its input by what
/// matters, the error of its output. A constant error of an output does not count, because its bias takes it up. Half of the outputs are
/// those that vary most: few outputs of a transformer's layer carry most of what the next ones read.
/// </summary>
internal sealed class OutputProbe
{
    private const int MaxOutputs = 64;

    private readonly MvmLayer _layer;
    private readonly ProbedPositions _positions;
    private readonly int[] _outputs;
    private readonly double[] _counts;
    private readonly float[] _weights;
    private readonly float[] _wanted;
    private readonly double _power;

    public OutputProbe(MvmLayer layer, ProbedPositions positions, LayerSamples samples)
    {
        (_layer, _positions) = (layer, positions);
        (_outputs, _counts) = Chosen(layer, samples);
        int count = _outputs.Length, rows = layer.RowsPerGroup;
        ReadOnlySpan<float> weights = layer.WeightMatrix.Span<float>();
        _weights = new float[count * rows];
        for (int i = 0; i < count; i++) weights.Slice(_outputs[i] * rows, rows).CopyTo(_weights.AsSpan(i * rows));
        _wanted = Products(positions.X, _weights);
        _power = Enumerable.Range(0, count)
            .Sum(o => _counts[o] * Variance(_wanted.AsSpan(o * positions.Count, positions.Count)));
    }

    /// <summary>The outputs that are looked at, in order, and how many outputs each stands for.</summary>
    private static (int[] Outputs, double[] Counts) Chosen(MvmLayer layer, LayerSamples samples)
    {
        int all = layer.Outputs;
        if (all <= MaxOutputs) return ([.. Enumerable.Range(0, all)], [.. Enumerable.Repeat(1.0, all)]);
        double[] variances = Variances(layer, samples);
        int[] order = [.. Enumerable.Range(0, all).OrderByDescending(o => variances[o]).ThenBy(o => o)];
        const int half = MaxOutputs / 2;
        int[] rest = [.. order.Skip(half).Order()];
        IEnumerable<(int Output, double Count)> chosen = order.Take(half).Select(o => (o, 1.0)).Concat(
            Enumerable.Range(0, half).Select(i => (rest[(int)((long)i * rest.Length / half)], rest.Length / (double)half)));
        (int Output, double Count)[] sorted = [.. chosen.OrderBy(c => c.Output)];
        return ([.. sorted.Select(c => c.Output)], [.. sorted.Select(c => c.Count)]);
    }

    private static double[] Variances(MvmLayer layer, LayerSamples samples)
    {
        double[] sums = new double[layer.Outputs], squares = new double[layer.Outputs];
        int columns = layer.ColumnsPerGroup;
        for (int g = 0; g < layer.Groups; g++)
            for (int p = 0; p < samples.Count; p++)
                for (int c = 0; c < columns; c++)
                {
                    double y = samples.Y[(((g * samples.Count) + p) * columns) + c];
                    sums[(g * columns) + c] += y;
                    squares[(g * columns) + c] += y * y;
                }

        return [.. sums.Zip(squares, (sum, square) => square - (sum * sum / samples.Count))];
    }

    /// <summary>
    /// The squared error of the outputs as a share of their variance, with the channels of the input divided, then quantized, and the
    /// weights multiplied by the same.
    /// </summary>
    /// <param name="quantizer">The quantizer of the divided input.</param>
    /// <param name="weights">Of <see cref="Weights"/>, for the same divisors.</param>
    /// <param name="divisors">One a row of a matrix product; empty = 1 everywhere.</param>
    public double Error(QuantizationParameters quantizer, float[] weights, float[] divisors)
    {
        if (_power == 0) return 0;
        float[] computed = Products(Quantized(quantizer, divisors), weights);
        double error = 0;
        for (int o = 0; o < _outputs.Length; o++)
        {
            Span<float> difference = computed.AsSpan(o * _positions.Count, _positions.Count);
            ReadOnlySpan<float> wanted = _wanted.AsSpan(o * _positions.Count, _positions.Count);
            for (int p = 0; p < difference.Length; p++) difference[p] -= wanted[p];
            error += _counts[o] * Variance(difference);
        }

        return error / _power;
    }

    /// <summary>The weights of the outputs that are looked at, multiplied by the divisors of the input's channels and rounded.</summary>
    /// <param name="divisors">One a row of a matrix product; empty = 1 everywhere.</param>
    /// <param name="bits">Width; 0 leaves them real.</param>
    public float[] Weights(float[] divisors, int bits)
    {
        float[] weights = [.. _weights];
        int rows = _layer.RowsPerGroup;
        for (int o = 0; o < _outputs.Length; o++)
        {
            Span<float> row = weights.AsSpan(o * rows, rows);
            if (divisors.Length > 0)
                for (int r = 0; r < rows; r++) row[r] *= divisors[r];
            if (bits > 1) Round(row, bits);
        }

        return weights;
    }

    /// <summary>The largest weight of each row, in units of the largest of its output.</summary>
    public float[] RowWeights()
    {
        int rows = _layer.RowsPerGroup;
        float[] largest = new float[rows];
        ReadOnlySpan<float> weights = _layer.WeightMatrix.Span<float>();
        for (int o = 0; o < _layer.Outputs; o++)
        {
            ReadOnlySpan<float> row = weights.Slice(o * rows, rows);
            float unit = 0;
            foreach (float w in row) unit = Math.Max(unit, Math.Abs(w));
            if (unit == 0) continue;
            for (int r = 0; r < rows; r++) largest[r] = Math.Max(largest[r], Math.Abs(row[r]) / unit);
        }

        return largest;
    }

    private float[] Quantized(QuantizationParameters quantizer, float[] divisors)
    {
        float[] result = new float[_positions.X.Length];
        int rows = _layer.RowsPerGroup, low = quantizer.Min - quantizer.ZeroPoint, high = quantizer.Max - quantizer.ZeroPoint;
        for (int at = 0; at < result.Length; at += rows)
        {
            for (int r = 0; r < rows; r++)
            {
                float step = divisors.Length == 0 ? quantizer.Scale : quantizer.Scale * divisors[r];
                result[at + r] = Math.Clamp(MathF.Round(_positions.X[at + r] / step), low, high) * quantizer.Scale;
            }
        }

        return result;
    }

    private static void Round(Span<float> weights, int bits)
    {
        int levels = WeightScales.Levels(bits);
        float scale = WeightScales.Search(weights, [], bits);
        for (int i = 0; i < weights.Length; i++) weights[i] = WeightScales.Round(weights[i] / (double)scale, levels) * scale;
    }

    /// <summary>[outputs, positions], without bias.</summary>
    private float[] Products(float[] inputs, float[] weights)
    {
        int rows = _layer.RowsPerGroup, positions = _positions.Count;
        float[] products = new float[_outputs.Length * positions];
        Parallel.For(0, _outputs.Length, o =>
        {
            int group = _outputs[o] / _layer.ColumnsPerGroup;
            ReadOnlySpan<float> w = weights.AsSpan(o * rows, rows);
            for (int p = 0; p < positions; p++)
                products[(o * positions) + p] = DotProduct.Of(inputs.AsSpan(((group * positions) + p) * rows, rows), w);
        });
        return products;
    }

    private double Variance(ReadOnlySpan<float> values)
    {
        double sum = 0, squares = 0, count = 0;
        for (int p = 0; p < values.Length; p++) (sum, count) = (sum + (values[p] * _positions.Counts[p]), count + _positions.Counts[p]);
        double mean = sum / count;
        for (int p = 0; p < values.Length; p++) squares += (values[p] - mean) * (values[p] - mean) * _positions.Counts[p];
        return squares;
    }
}
