using Cim.Runtime.Crossbar;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Variation;

/// <summary>Results of columns on sampled inputs, before requantization, and what changes them. All are [column, position].</summary>
internal static class ColumnResults
{
    /// <summary>Results in units of <paramref name="step"/>, the layer's own clamp applied.</summary>
    /// <param name="layer">The columns.</param>
    /// <param name="inputs">What they read, with the residuals of these columns.</param>
    /// <param name="step">The unit.</param>
    /// <param name="replaced">Inputs without zero point, in steps of the layer's input, instead of those sampled.</param>
    public static double[] Values(CrossbarLayer layer, LayerInputs inputs, double step, float[]? replaced = null)
    {
        int rows = layer.RowsPerGroup, columns = layer.Outputs, positions = inputs.Count;
        double[] values = new double[columns * positions];
        Parallel.For(0, columns, c =>
        {
            ReadOnlySpan<sbyte> w = layer.Weights.Span<sbyte>().Slice(c * rows, rows);
            for (int p = 0; p < positions; p++)
            {
                ReadOnlySpan<short> x = inputs.Row(c / layer.ColumnsPerGroup, p, rows);
                double sum = layer.Bias[c];
                ReadOnlySpan<float> real = replaced is null
                    ? []
                    : replaced.AsSpan((((c / layer.ColumnsPerGroup) * positions) + p) * rows, rows);
                for (int r = 0; r < rows; r++) sum += w[r] * (replaced is null ? x[r] - layer.Input.ZeroPoint : real[r]);
                double result = sum * (double)layer.Input.Scale * layer.WeightScales[c];
                if (inputs.Residual.Length > 0) result += inputs.Residual[(p * columns) + c];
                values[(c * positions) + p] = Math.Clamp(result, layer.Epilogue.Minimum, layer.Epilogue.Maximum) / step;
            }
        });
        return values;
    }

    /// <summary>Results in steps of the codes, clamped to their range.</summary>
    public static double[] Kept(CrossbarLayer layer, LayerInputs inputs, QuantizationParameters codes, float[]? replaced = null)
    {
        double[] values = Values(layer, inputs, codes.Scale, replaced);
        for (int i = 0; i < values.Length; i++) values[i] = Math.Clamp(values[i], codes.Min - codes.ZeroPoint, codes.Max - codes.ZeroPoint);
        return values;
    }

    /// <summary>Mean square change of each column over its positions; a constant change does not count.</summary>
    public static double[] Change(double[] wide, double[] narrow, int positions)
    {
        double[] power = new double[wide.Length / positions];
        for (int c = 0; c < power.Length; c++)
        {
            double mean = 0, square = 0;
            for (int p = 0; p < positions; p++)
            {
                double d = narrow[(c * positions) + p] - wide[(c * positions) + p];
                mean += d / positions;
                square += d * d / positions;
            }

            power[c] = square - (mean * mean);
        }

        return power;
    }

    /// <summary>Information of the last bit of codes in bits, given the bits above it: H(code) - H(code / 2).</summary>
    /// <param name="values">Results in steps of the codes.</param>
    /// <param name="codes">The codes.</param>
    public static double LastBitInformation(double[] values, QuantizationParameters codes)
    {
        var counts = new Dictionary<int, int>();
        var halves = new Dictionary<int, int>();
        foreach (double v in values)
        {
            int code = (int)Math.Clamp(Math.Round(v) + codes.ZeroPoint, codes.Min, codes.Max);
            counts[code] = counts.GetValueOrDefault(code) + 1;
            halves[code >> 1] = halves.GetValueOrDefault(code >> 1) + 1;
        }

        return Entropy(counts.Values) - Entropy(halves.Values);
    }

    private static double Entropy(IReadOnlyCollection<int> counts)
    {
        double total = counts.Sum(), entropy = 0;
        foreach (int n in counts) entropy -= n / total * Math.Log2(n / total);
        return entropy;
    }
}
