using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Ort;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Hardware;
using Cim.Training.Quantization;

namespace Cim.Compiler.Variation;

/// <summary>
/// The error model as training injects it: an error of every programmed weight by its code, whose effect on a layer's sums has the mean
/// square the model predicts behind the layer's own converters. Layers with strips have none. Formulas: docs/variation.md.
/// </summary>
internal static class TrainingNoise
{
    /// <param name="network">The float network, its calibration samples and its hardware.</param>
    /// <param name="policy">Precision and cells of the layers.</param>
    /// <param name="cancellation">Checked between layers.</param>
    public static HardwareNoise Of(VariedNetwork network, QuantizationPolicy policy, CancellationToken cancellation)
    {
        HardwareProfile hardware = network.Hardware;
        Dictionary<string, (FusedLayer Fused, LayerProbe Probe)> probes = NetworkProbes.Of(network.RoundedPlainly, policy, cancellation);
        var layers = new Dictionary<string, IReadOnlyList<CodeNoise>>(StringComparer.Ordinal);
        foreach (LayerPrecision layer in policy.Layers)
        {
            cancellation.ThrowIfCancellationRequested();
            if (layer.Layout is not (LayerLayout.Uniform or LayerLayout.Grouped)
                || !probes.TryGetValue(layer.Name, out (FusedLayer Fused, LayerProbe Probe) found))
                continue;
            if (layer.Layout is LayerLayout.Grouped grouped)
            {
                var noise = new CodeNoise[found.Probe.Full.Outputs];
                foreach (ColumnGroup group in grouped.Groups.Groups)
                {
                    CodeNoise alike = Of(found.Probe.Of(group.Outputs), group.WeightBits, group.Layout);
                    foreach (int output in group.Outputs) noise[output] = alike;
                }

                layers[layer.Name] = noise;
            }
            else layers[layer.Name] = [Of(found.Probe, found.Fused.Weights.Bits, layer.Layout.Cells)];

            CodeNoise Of(LayerProbe probe, int weightBits, CellLayout? layout) =>
                TrainingNoise.Of(probe.Mapped(weightBits, layout, layer.AdcBits), probe.Inputs, hardware);
        }

        return new HardwareNoise(hardware.Rows, 0, 0) { Layers = layers };
    }

    /// <summary>The errors of one layer's weights.</summary>
    /// <param name="layer">The layer as mapped.</param>
    /// <param name="inputs">What it reads.</param>
    /// <param name="hardware">The hardware.</param>
    public static CodeNoise Of(CrossbarLayer layer, LayerInputs inputs, HardwareProfile hardware)
    {
        var cells = new AnalogPlan(layer, hardware).Cells;
        var levels = new LevelStatistics(cells, hardware);
        int top = layer.WeightBits == 1 ? 1 : (1 << (layer.WeightBits - 1)) - 1;
        double[] mean = new double[(2 * top) + 1], variance = new double[mean.Length];
        for (int code = -top; code <= top; code++)
        {
            if (layer.WeightBits == 1 && code == 0) continue; // Binary weights have no such code.
            for (int s = 0; s < cells.Slices.Length; s++)
            {
                double factor = (double)cells.Slices[s].Factor * cells.WeightStep;
                (double e, double v, _) = levels.Of(s, cells.Level(code, s));
                mean[code + top] += factor * e;
                variance[code + top] += factor * factor * v;
            }
        }

        AccumulatorErrors predicted = LayerErrorModel.Predict(layer, hardware, inputs);
        double wanted = 0, linear = 0, power = 0;
        ReadOnlySpan<sbyte> weights = layer.Weights.Span<sbyte>();
        int rows = layer.RowsPerGroup;
        for (int o = 0; o < layer.Outputs; o++)
        {
            ReadOnlySpan<sbyte> w = weights.Slice(o * rows, rows);
            for (int p = 0; p < inputs.Count; p++)
            {
                int at = (o * inputs.Count) + p;
                wanted += predicted.Variance[at] + (predicted.Mean[at] * predicted.Mean[at]);
                ReadOnlySpan<short> x = inputs.Row(o / layer.ColumnsPerGroup, p, rows);
                double shift = 0, spread = 0;
                for (int r = 0; r < rows; r++)
                {
                    int code = Math.Clamp(w[r] + top, 0, mean.Length - 1);
                    shift += x[r] * mean[code];
                    spread += (double)x[r] * x[r] * variance[code];
                    power += (double)x[r] * x[r];
                }

                linear += spread + (shift * shift);
            }
        }

        // Converters repair small errors and add their own; where cells have none, what is read noise or rounding is shared out evenly.
        double ratio = linear > 0 ? Math.Sqrt(wanted / linear) : 0, even = linear > 0 || power == 0 ? 0 : wanted / power;
        return new CodeNoise(
            -top, [.. mean.Select(m => (float)(m * ratio))], [.. variance.Select(v => (float)Math.Sqrt((v * ratio * ratio) + even))]);
    }
}
