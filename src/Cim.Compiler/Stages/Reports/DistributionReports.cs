using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;
using Cim.Runtime.Crossbar;

namespace Cim.Compiler.Stages.Reports;

/// <summary>Weights, inputs and conversions of layers as histograms beside the ranges chosen for them.</summary>
internal static class DistributionReports
{
    private const int Bins = 64, Samples = 16;

    /// <summary>The rows of the report with their histograms; unchanged where nobody reads the report.</summary>
    public static ImmutableArray<LayerReport> Add(ImmutableArray<LayerReport> rows, CompileState state, CompileContext context)
    {
        if (context.Options.ReportDirectory is null) return rows;
        ImmutableArray<FusedLayer> layers = state.Mapped!.Lowered.Layers;
        // What a layer reads before it is quantized; without data there is nothing it reads.
        Graph real = state.Quantized.Float;
        Dictionary<string, string> inputs = state.Calibration.IsSynthetic ? [] : MvmLayers.Find(real)
            .ToDictionary(l => l.NodeName, l => l.Input, StringComparer.Ordinal);
        Dictionary<string, ActivationHistogram> read = inputs.Count == 0 ? [] : ActivationCalibrator.Collect(
            real, state.Input, state.Calibration.Spread(state.Input, Samples), [.. inputs.Values.Distinct()], context.Cancellation);
        return
        [
            .. rows.Select((row, i) => row with
            {
                Distributions = new DistributionsReport(
                    Weights(layers[i]),
                    inputs.TryGetValue(layers[i].Layer.NodeName, out string? input) ? Inputs(read[input], layers[i].InputParameters) : null,
                    state.Emitted!.Conversions.TryGetValue(row.Name, out ImmutableArray<long> conversions)
                        ? new HistogramReport(AdcMeasurement.Low, AdcMeasurement.High, conversions, 0, 1) : null),
            }),
        ];
    }

    private static HistogramReport Weights(FusedLayer layer)
    {
        int bits = Math.Max(2, layer.Weights.Bits), half = 1 << (bits - 1), merge = Math.Max(1, 2 * half / Bins);
        long[] counts = new long[2 * half / merge];
        foreach (sbyte weight in layer.Weights.Integers.Span<sbyte>()) counts[Math.Clamp(weight + half, 0, (2 * half) - 1) / merge]++;
        return new HistogramReport(-half, half, [.. counts], -half, half);
    }

    private static HistogramReport Inputs(ActivationHistogram values, QuantizationParameters quantizer)
    {
        double from = (double)quantizer.Scale * (quantizer.Min - quantizer.ZeroPoint),
            to = (double)quantizer.Scale * (quantizer.Max - quantizer.ZeroPoint);
        double low = Math.Min(from, values.Count == 0 ? 0 : values.Minimum), high = Math.Max(to, values.Count == 0 ? 0 : values.Maximum);
        long[] counts = new long[Bins];
        Add(0, values.Zeros);
        for (int i = 0; i < values.Bins.Length; i++)
        {
            double middle = (i + 0.5) * values.BinWidth;
            Add(middle, values.Bins[i] - values.Negative[i]);
            Add(-middle, values.Negative[i]);
        }

        return new HistogramReport(low, high, [.. counts], from, to);

        void Add(double value, long count)
        {
            if (count > 0) counts[high > low ? Math.Clamp((int)((value - low) / (high - low) * Bins), 0, Bins - 1) : 0] += count;
        }
    }
}
