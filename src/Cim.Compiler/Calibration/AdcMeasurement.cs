using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Analog;
using Cim.Runtime.Execution;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;

namespace Cim.Compiler.Calibration;

/// <summary>
/// Measures the analog sums of every layer on calibration samples, gives the layers converter ranges where the profile
/// calls for measured ones, and tells which share of the conversions meets the end of the range.
/// </summary>
internal static class AdcMeasurement
{
    /// <summary>Every position of an image is a measurement, so a few images are many.</summary>
    private const int Samples = 16, Batch = 4;

    /// <param name="program">The program; its layers may have no ranges yet.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="input">Its input.</param>
    /// <param name="data">Calibration samples.</param>
    /// <param name="cancellation">Checked between batches.</param>
    /// <returns>The program with ranges, and the saturation of each layer by name (empty if the read-out is ideal).</returns>
    public static (ModelProgram Program, ImmutableDictionary<string, double> Saturation) Measure(
        ModelProgram program, HardwareProfile profile, GraphInput input, CalibrationData data, CancellationToken cancellation)
    {
        if (program.Layers.All(l => l.AdcBits == 0) && profile.AdcBits == 0) return (program, ImmutableDictionary<string, double>.Empty);
        PreparedLayer[] exact = [.. program.Layers.Select((layer, i) => CrossbarSimulator.Prepare(layer, i, profile, Fidelity.Exact, 0))];
        AdcCalibrator[] calibrators = [.. program.Layers.Select(l => new AdcCalibrator(l, profile))];
        string[] inputs = [.. InputNames(program)];
        long unit = 0;
        foreach (SampleRun run in data.Runs(input, Batch, Samples))
        {
            cancellation.ThrowIfCancellationRequested();
            Dictionary<string, Tensor> results = ProgramTrace.Run(program, exact, run.Tensors(), unit);
            unit += run.Count;
            ParallelWork.For(calibrators.Length,
                i => calibrators[i].Observe(results[inputs[i]].Data.Span, Images(calibrators[i].Layer, results[inputs[i]])), cancellation);
        }

        bool measured = profile.AdcRange.Policy is AdcRangePolicy.Calibrated or AdcRangePolicy.Granular;
        ImmutableArray<CrossbarLayer> layers = [.. program.Layers.Select((layer, i) =>
            measured ? layer with { AdcCalibration = calibrators[i].Choose(AdcRangeChoice.LeastSquares) } : layer)];
        return (program with { Layers = layers }, Saturations(layers, calibrators, profile));
    }

    private static ImmutableDictionary<string, double> Saturations(
        ImmutableArray<CrossbarLayer> layers, AdcCalibrator[] calibrators, HardwareProfile profile)
    {
        var shares = ImmutableDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        for (int i = 0; i < layers.Length; i++)
        {
            ImmutableArray<AdcConverter> converters = new AnalogPlan(layers[i], profile).Converters;
            IReadOnlyList<AdcHistogram> sums = calibrators[i].Histograms;
            double clipped = 0, total = 0;
            for (int s = 0; s < sums.Count; s++)
            {
                clipped += sums[s].Saturated(converters[s]) * sums[s].Total;
                total += sums[s].Total;
            }

            shares[layers[i].Name] = total > 0 ? clipped / total : 0;
        }

        return shares.ToImmutable();
    }

    private static IEnumerable<string> InputNames(ModelProgram program)
    {
        for (int i = 0; i < program.Layers.Length; i++)
        {
            ProgramStep step = program.Steps.First(s => s.Op == ProgramStep.CrossbarOp && s.Attributes.Int("layer", -1) == i);
            yield return program.Values[step.Inputs[0]].Name;
        }
    }

    private static int Images(CrossbarLayer layer, Tensor input) => layer.Geometry is { } g
        ? input.Length / (g.InputChannels * g.InputHeight * g.InputWidth)
        : input.Length / (layer.RowsPerGroup * layer.PositionsPerImage);
}
