using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Messages;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Calibration;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;

namespace Cim.Compiler.Evaluation;

/// <summary>What converters, cells or wires do to a layer on its exact inputs.</summary>
/// <param name="Fidelity">A fidelity beyond exact integers.</param>
/// <param name="RelativeL2">||at it - exact|| / ||exact|| of the layer's sums.</param>
/// <param name="Added">The same against the fidelity before it.</param>
internal sealed record HardwareError(Fidelity Fidelity, double RelativeL2, double Added);

/// <summary>
/// Runs every layer on what it reads in exact integers, at each fidelity up to the one in use, so that the part of the converters and that
/// of cells and wires are known apart.
/// </summary>
internal static class HardwareErrors
{
    /// <summary>Images; every position is a measurement, of large layers a sample of the positions.</summary>
    public const int Samples = 8;

    /// <summary>Weights of the largest layer that is programmed for it.</summary>
    public const long MaxWeights = 1L << 22;

    /// <summary>The fidelities that can differ from exact integers, up to the one in use.</summary>
    /// <param name="isLossy">Whether converters change sums.</param>
    /// <param name="used">The fidelity in use.</param>
    public static ImmutableArray<Fidelity> Of(bool isLossy, Fidelity used) =>
    [
        .. new[] { Fidelity.Adc, Fidelity.Device, Fidelity.Circuit }
            .Where(f => f == Fidelity.Adc ? isLossy || used > Fidelity.Adc : f <= used),
    ];

    /// <summary>Measures.</summary>
    /// <param name="model">The program, its hardware, and which chip.</param>
    /// <param name="fidelities">What <see cref="Of"/> gives.</param>
    /// <param name="input">The network's input.</param>
    /// <param name="data">Samples; <see cref="Samples"/> of them are used.</param>
    /// <param name="progress">Counts layers.</param>
    /// <param name="cancellation">Checked between batches and layers.</param>
    /// <returns>The errors of each layer by name; layers of more than <see cref="MaxWeights"/> weights are left out.</returns>
    public static ImmutableDictionary<string, ImmutableArray<HardwareError>> Measure(
        (ModelProgram Program, HardwareProfile Hardware, ulong Seed) model, ImmutableArray<Fidelity> fidelities, GraphInput input,
        CalibrationData data, IStepProgress progress, CancellationToken cancellation)
    {
        (ModelProgram program, HardwareProfile hardware, ulong seed) = model;
        var trace = new LayerInputTrace(program, hardware, input);
        long images = data.Runs(input, trace.Batch, Samples).Sum(r => (long)r.Count) / Math.Max(1, input.FixedBatch);
        CalibrationInputs?[] read = [.. program.Layers.Select((layer, i) => (long)layer.Outputs * layer.RowsPerGroup > MaxWeights
            ? null
            : new CalibrationInputs(layer, hardware, images * program.StepsOf(i).Count()))];
        trace.Run(data, Samples, (layer, x, count) => read[layer]?.Add(x.Data.Span, count), cancellation);
        var errors = new ImmutableArray<HardwareError>[read.Length];
        int done = 0;
        ParallelWork.For(
            read.Length,
            i =>
            {
                errors[i] = read[i] is { Collected: > 0 } inputs ? Measure(inputs, i, (hardware, seed), fidelities) : [];
                progress.At(Interlocked.Increment(ref done), read.Length);
            },
            cancellation);
        return Enumerable.Range(0, read.Length).Where(i => !errors[i].IsEmpty)
            .ToImmutableDictionary(i => program.Layers[i].Name, i => errors[i], StringComparer.Ordinal);
    }

    private static ImmutableArray<HardwareError> Measure(
        CalibrationInputs inputs, int index, (HardwareProfile Hardware, ulong Seed) chip, ImmutableArray<Fidelity> fidelities)
    {
        float[] exact = Run(inputs, index, chip, Fidelity.Exact), before = exact;
        var errors = ImmutableArray.CreateBuilder<HardwareError>();
        foreach (Fidelity fidelity in fidelities)
        {
            float[] sums = Run(inputs, index, chip, fidelity);
            errors.Add(new HardwareError(fidelity, Relative(sums, exact, exact), Relative(sums, before, exact)));
            before = sums;
        }

        return errors.ToImmutable();
    }

    private static float[] Run(CalibrationInputs inputs, int index, (HardwareProfile Hardware, ulong Seed) chip, Fidelity fidelity) =>
        inputs.Run(CrossbarSimulator.Prepare(
            inputs.Positions with { Epilogue = Epilogue.None }, index, chip.Hardware, fidelity, chip.Seed));

    private static double Relative(float[] a, float[] b, float[] reference)
    {
        (double difference, double size) = (0, 0);
        for (int i = 0; i < a.Length; i++)
        {
            difference += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
            size += (double)reference[i] * reference[i];
        }

        return size == 0 ? (difference == 0 ? 0 : double.NaN) : Math.Sqrt(difference / size);
    }
}
