using Cim.Compiler.Messages;
using Cim.Compiler.Ort;
using Cim.Runtime.Crossbar.Calibration;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;

namespace Cim.Compiler.Calibration;

/// <summary>
/// Measures the analog sums of every layer on calibration samples. What layers read is collected first, a sample of it where it is much;
/// sums are simulated layer by layer afterwards, so that the cells of few layers are in memory at once.
/// </summary>
internal static class AnalogSums
{
    /// <summary>Every position of an image is a measurement, so a few images are many.</summary>
    private const int Samples = 16;

    /// <summary>What was measured: [layer][part].</summary>
    /// <param name="program">The program; its layers may have no ranges yet.</param>
    /// <param name="profile">The hardware; of its converters only the number of conversions matters.</param>
    /// <param name="input">Its input.</param>
    /// <param name="data">Calibration samples.</param>
    /// <param name="progress">Counts layers.</param>
    /// <param name="cancellation">Checked between batches and layers.</param>
    public static AdcCalibrator[][] Of(
        ModelProgram program, HardwareProfile profile, GraphInput input, CalibrationData data, IStepProgress progress,
        CancellationToken cancellation)
    {
        CalibrationInputs[] inputs = Collect(program, profile, input, data, cancellation);
        var measured = new AdcCalibrator[inputs.Length][];
        int done = 0;
        ParallelWork.For(
            inputs.Length,
            i =>
            {
                measured[i] = inputs[i].Measure(profile);
                progress.At(Interlocked.Increment(ref done), inputs.Length);
            },
            cancellation);
        return measured;
    }

    private static CalibrationInputs[] Collect(
        ModelProgram program, HardwareProfile profile, GraphInput input, CalibrationData data, CancellationToken cancellation)
    {
        var trace = new LayerInputTrace(program, profile, input);
        long samples = data.Runs(input, trace.Batch, Samples).Sum(r => (long)r.Count) / Math.Max(1, input.FixedBatch);
        CalibrationInputs[] inputs =
            [.. program.Layers.Select((l, i) => new CalibrationInputs(l, profile, samples * program.StepsOf(i).Count()))];
        trace.Run(data, Samples, (layer, x, images) => inputs[layer].Add(x.Data.Span, images), cancellation);
        return inputs;
    }
}
