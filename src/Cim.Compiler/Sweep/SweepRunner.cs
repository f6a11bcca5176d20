using System.Collections.Immutable;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.Crossbar.Programming;
using Cim.Runtime.Crossbar.Simulation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Model;

namespace Cim.Compiler.Sweep;

/// <summary>The accuracy of every chip at one point.</summary>
/// <param name="Point">The point.</param>
/// <param name="Chips">One per trial.</param>
internal sealed record SweepMeasurement(SweepPoint Point, ImmutableArray<Accuracy> Chips)
{
    /// <summary>Over the chips, as fractions.</summary>
    public TrialStatistics Statistics => TrialStatistics.Of(Chips.Select(c => c.Fraction));
}

/// <summary>How a sweep simulates.</summary>
/// <param name="Fidelity">How much of the hardware.</param>
/// <param name="Trials">Chips per point.</param>
/// <param name="Seed">The first chip; chip t has seed + t, the same at every point.</param>
/// <param name="Limit">At most this many samples; 0 = all.</param>
/// <param name="Threads">At most this many threads; 0 = all processors.</param>
internal sealed record SweepOptions(Fidelity Fidelity, int Trials, ulong Seed, int Limit, int Threads);

/// <summary>
/// Measures the points of a plan. What does not depend on the point or the chip is done once: the network, its calibration on
/// arrays of the same shape, points without anything random (one chip stands for all), and the programming of chips
/// that differ in nothing but what reads them.
/// </summary>
internal static class SweepRunner
{
    /// <param name="compiled">The network.</param>
    /// <param name="plan">The grid.</param>
    /// <param name="data">Labelled samples, opened for the network's input.</param>
    /// <param name="calibration">Reads calibration samples; called only if ranges or corrections have to be measured.</param>
    /// <param name="options">How to simulate.</param>
    /// <param name="progress">A line for every chip.</param>
    /// <param name="cancellation">Checked between samples.</param>
    /// <returns>In the order of the plan.</returns>
    public static ImmutableArray<SweepMeasurement> Run(
        CompiledModel compiled, SweepPlan plan, DataSet data, Func<CalibrationData> calibration, SweepOptions options,
        IProgress<string>? progress, CancellationToken cancellation)
    {
        GraphInput input;
        using (var model = new CimModel(compiled)) input = new CompiledEvaluator(model).Input;
        var variants = new HardwareVariants(compiled, input, calibration);
        var log = new SweepProgress(plan, options, progress);
        var results = new ImmutableArray<Accuracy>[plan.Points.Length];
        // Points whose cells are alike follow each other chip by chip, so that only one chip is in memory.
        foreach (IGrouping<HardwareProfile, int> alike in Enumerable.Range(0, plan.Points.Length)
            .GroupBy(i => HardwareVariants.Cells(plan.Points[i].Hardware)))
        {
            int[] points = [.. alike];
            CompiledModel[] models = [.. points.Select(i => variants.On(plan.Points[i].Hardware, cancellation))];
            var chips = points.Select(_ => new Accuracy[options.Trials]).ToArray();
            for (int t = 0; t < options.Trials; t++)
            {
                var programmed = new ProgrammedChips();
                for (int p = 0; p < points.Length; p++)
                {
                    if (t > 0 && !CrossbarSimulator.IsRandom(models[p].Hardware, options.Fidelity))
                    {
                        chips[p][t] = chips[p][0];
                        continue;
                    }
                    cancellation.ThrowIfCancellationRequested();
                    using var model = new CimModel(models[p], programmed);
                    var run = new RunOptions
                    {
                        Fidelity = options.Fidelity,
                        Seed = unchecked(options.Seed + (ulong)t),
                        MaxThreads = options.Threads,
                    };
                    chips[p][t] = new CompiledEvaluator(model).Evaluate(data, run, options.Limit, null, cancellation);
                    log.Measured(points[p], t, chips[p][t]);
                }
            }

            for (int p = 0; p < points.Length; p++) results[points[p]] = [.. chips[p]];
        }

        return [.. plan.Points.Zip(results, (point, accuracies) => new SweepMeasurement(point, accuracies))];
    }
}
