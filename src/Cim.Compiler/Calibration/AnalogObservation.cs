using System.Collections.Immutable;
using Cim.Compiler.Messages;
using Cim.Compiler.Ort;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Blocks;
using Cim.Runtime.Crossbar.Calibration;
using Cim.Runtime.Crossbar.Compensation;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;

namespace Cim.Compiler.Calibration;

/// <summary>
/// What calibration samples do to the arrays of a program: the analog sums of every layer, and some of its input vectors. From
/// it ranges can be chosen for any resolution without running the samples again.
/// </summary>
internal sealed class AnalogObservation
{
    /// <summary>A matrix has one vector a sample, so test vectors take more samples; a convolution's positions add up to as many.</summary>
    private const int TestSamples = 128, TestVectorsPerSample = 4;

    private readonly AdcCalibrator[][] _calibrators;
    private readonly Lazy<TestVectors[]> _tests;

    private AnalogObservation(AdcCalibrator[][] calibrators, Lazy<TestVectors[]> tests) => (_calibrators, _tests) = (calibrators, tests);

    /// <param name="program">The program; its layers may have no ranges yet.</param>
    /// <param name="profile">The hardware; of its converters only the number of conversions matters.</param>
    /// <param name="input">Its input.</param>
    /// <param name="data">Calibration samples.</param>
    /// <param name="progress">Counts layers.</param>
    /// <param name="cancellation">Checked between batches and layers.</param>
    public static AnalogObservation Of(
        ModelProgram program, HardwareProfile profile, GraphInput input, CalibrationData data, IStepProgress progress,
        CancellationToken cancellation) =>
        new(AnalogSums.Of(program, profile, input, data, progress, cancellation),
            new Lazy<TestVectors[]>(() => Tests(program, profile, input, data.Spread(input, TestSamples), cancellation)));

    private static TestVectors[] Tests(
        ModelProgram program, HardwareProfile profile, GraphInput input, CalibrationData data, CancellationToken cancellation)
    {
        TestVectors[] tests = [.. program.Layers.Select(l => new TestVectors(l, TestVectorsPerSample))];
        var inputs = new LayerInputTrace(program, profile, input);
        inputs.Run(data, int.MaxValue, (layer, x, images) => tests[layer].Add(x.Data.Span, images), cancellation);
        return tests;
    }

    /// <summary>The layers with the ranges and test vectors a profile asks for.</summary>
    /// <param name="program">The program that was observed.</param>
    /// <param name="profile">The same hardware, perhaps with other converters.</param>
    public ModelProgram Apply(ModelProgram program, HardwareProfile profile)
    {
        bool measured = profile.AdcRange.Policy is AdcRangePolicy.Calibrated or AdcRangePolicy.Granular;
        return program with
        {
            Layers =
            [
                .. program.Layers.Select((layer, i) => BlockParts.Calibrated(
                    layer with { TestInputs = profile.ColumnCorrection == ColumnCorrection.None ? null : _tests.Value[i].ToTensor() },
                    [.. _calibrators[
                        i].Select(c => measured && Bits(layer, profile) > 0 ? c.Choose(AdcRangeChoice.LeastSquares, profile) : null)])),
            ],
        };
    }

    /// <summary>The share of each layer's conversions that meets the end of its range, by name.</summary>
    public ImmutableDictionary<string, double> Saturations(ModelProgram program, HardwareProfile profile)
    {
        var shares = ImmutableDictionary.CreateBuilder<string, double>(StringComparer.Ordinal);
        for (int i = 0; i < program.Layers.Length; i++)
        {
            double clipped = 0, total = 0;
            foreach ((CrossbarLayer part, AdcCalibrator calibrator) in BlockParts.Of(program.Layers[i]).Zip(_calibrators[i]))
            {
                ImmutableArray<AdcConverter> converters = new AnalogPlan(part, profile).Converters;
                IReadOnlyList<AdcHistogram> sums = calibrator.Histograms;
                for (int s = 0; s < sums.Count; s++)
                {
                    clipped += sums[s].Saturated(converters[s]) * sums[s].Total;
                    total += sums[s].Total;
                }
            }

            shares[program.Layers[i].Name] = total > 0 ? clipped / total : 0;
        }

        return shares.ToImmutable();
    }

    /// <summary>How often sums lay where in the range of their converters, all slices and parts of a layer together, by
    /// name.</summary>
    public ImmutableDictionary<string, ImmutableArray<long>> Conversions(ModelProgram program, HardwareProfile profile)
    {
        const int Bins = 60;
        var found = ImmutableDictionary.CreateBuilder<string, ImmutableArray<long>>(StringComparer.Ordinal);
        for (int i = 0; i < program.Layers.Length; i++)
        {
            long[] counts = new long[Bins];
            foreach ((CrossbarLayer part, AdcCalibrator calibrator) in BlockParts.Of(program.Layers[i]).Zip(_calibrators[i]))
            {
                ImmutableArray<AdcConverter> converters = new AnalogPlan(part, profile).Converters;
                for (int s = 0; s < calibrator.Histograms.Count; s++)
                    calibrator.Histograms[s].AddTo(counts, converters[s], (AdcMeasurement.Low, AdcMeasurement.High));
            }

            if (counts.Any(c => c > 0)) found[program.Layers[i].Name] = [.. counts];
        }

        return found.ToImmutable();
    }

    private static int Bits(CrossbarLayer layer, HardwareProfile profile) => layer.AdcBits > 0 ? layer.AdcBits : profile.AdcBits;
}
