using System.Collections.Immutable;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Adc;
using Cim.Runtime.Crossbar.Blocks;
using Cim.Runtime.Crossbar.Calibration;
using Cim.Runtime.Crossbar.Compensation;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Execution;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Calibration;

/// <summary>
/// What calibration samples do to the arrays of a program: the analog sums of every layer, and some of its input vectors. From
/// it ranges can be chosen for any resolution without running the samples again.
/// </summary>
internal sealed class AnalogObservation
{
    /// <summary>Every position of an image is a measurement, so a few images are many.</summary>
    private const int Samples = 16, Batch = 4;

    /// <summary>A matrix has one vector a sample, so test vectors take more samples; a convolution's positions add up to as many.</summary>
    private const int TestSamples = 128, TestVectorsPerSample = 4;

    private readonly AdcCalibrator[][] _calibrators;
    private readonly Lazy<TestVectors[]> _tests;

    private AnalogObservation(AdcCalibrator[][] calibrators, Lazy<TestVectors[]> tests) => (_calibrators, _tests) = (calibrators, tests);

    /// <param name="program">The program; its layers may have no ranges yet.</param>
    /// <param name="profile">The hardware; of its converters only the number of conversions matters.</param>
    /// <param name="input">Its input.</param>
    /// <param name="data">Calibration samples.</param>
    /// <param name="cancellation">Checked between batches.</param>
    public static AnalogObservation Of(
        ModelProgram program, HardwareProfile profile, GraphInput input, CalibrationData data, CancellationToken cancellation)
    {
        PreparedLayer[] exact = [.. program.Layers.Select((layer, i) => CrossbarSimulator.Prepare(layer, i, profile, Fidelity.Exact, 0))];
        AdcCalibrator[][] calibrators = [
            .. program.Layers.Select(l => BlockParts.Of(l).Select(part => new AdcCalibrator(part, profile)).ToArray())];
        string[][] inputs = [.. InputNames(program)];
        long unit = 0;
        foreach (SampleRun run in data.Runs(input, Batch, Samples))
        {
            cancellation.ThrowIfCancellationRequested();
            Dictionary<string, Tensor> results = ProgramTrace.Run(program, exact, run.Tensors(), unit);
            unit += run.Count;
            ParallelWork.For(calibrators.Length, i =>
            {
                foreach (Tensor x in inputs[i].Select(name => results[name]))
                    foreach (AdcCalibrator part in calibrators[i]) part.Observe(x.Data.Span, Images(program.Layers[i], x));
            }, cancellation);
        }

        return new AnalogObservation(calibrators,
            new Lazy<TestVectors[]>(() => Tests(program, exact, inputs, input, data.Spread(input, TestSamples), cancellation)));
    }

    private static TestVectors[] Tests(
        ModelProgram program, PreparedLayer[] exact, string[][] inputs, GraphInput input, CalibrationData data,
        CancellationToken cancellation)
    {
        TestVectors[] tests = [.. program.Layers.Select(l => new TestVectors(l, TestVectorsPerSample))];
        long unit = 0;
        foreach (SampleRun run in data.Runs(input, Batch))
        {
            cancellation.ThrowIfCancellationRequested();
            Dictionary<string, Tensor> results = ProgramTrace.Run(program, exact, run.Tensors(), unit);
            unit += run.Count;
            for (int i = 0; i < tests.Length; i++)
                foreach (Tensor x in inputs[i].Select(name => results[name])) tests[i].Add(x.Data.Span, Images(program.Layers[i], x));
        }

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

    private static int Bits(CrossbarLayer layer, HardwareProfile profile) => layer.AdcBits > 0 ? layer.AdcBits : profile.AdcBits;

    private static IEnumerable<string[]> InputNames(ModelProgram program) =>
        program.Layers.Select((_, i) => program.StepsOf(i).Select(s => program.Values[s.Inputs[0]].Name).ToArray());

    private static int Images(CrossbarLayer layer, Tensor input) => layer.Geometry is { } g
        ? input.Length / (g.InputChannels * g.InputHeight * g.InputWidth)
        : input.Length / (layer.Groups * layer.RowsPerGroup * layer.PositionsPerImage);
}
