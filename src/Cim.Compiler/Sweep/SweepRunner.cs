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

/// <summary>
/// Measures chips of a plan, all of them or any of them. What does not depend on the point or the chip is done once: the network, its
/// calibration on arrays of the same shape, points without anything random (one chip stands for all), and the programming of
/// chips that differ in nothing but what reads them.
/// </summary>
internal sealed class SweepRunner
{
    private readonly CompiledModel _compiled;
    private readonly SweepPlan _plan;
    private readonly SweepOptions _options;
    private readonly DataSet _data;
    private readonly HardwareVariants _variants;

    /// <summary>Prepares measurements; nothing is measured yet.</summary>
    /// <param name="compiled">The network.</param>
    /// <param name="plan">The grid.</param>
    /// <param name="data">Labelled samples, opened for the network's input.</param>
    /// <param name="calibration">Reads calibration samples; called only if ranges or corrections have to be measured.</param>
    /// <param name="options">How to simulate.</param>
    public SweepRunner(CompiledModel compiled, SweepPlan plan, DataSet data, Func<CalibrationData> calibration, SweepOptions options)
    {
        (_compiled, _plan, _data, _options) = (compiled, plan, data, options);
        GraphInput input;
        using (var model = new CimModel(compiled)) input = new CompiledEvaluator(model).Input;
        _variants = new HardwareVariants(compiled, input, calibration);
        Chips = SweepChip.AllOf(plan, options);
    }

    /// <summary>What there is to measure: neighbours have cells that are programmed once.</summary>
    public ImmutableArray<SweepChip> Chips { get; }

    /// <summary>Measures some of <see cref="Chips"/>.</summary>
    /// <param name="chips">Which.</param>
    /// <param name="log">Called for every chip; null for no log.</param>
    /// <param name="cancellation">Checked between samples.</param>
    /// <returns>In the order of <paramref name="chips"/>.</returns>
    public IEnumerable<Accuracy> Measure(IEnumerable<SweepChip> chips, SweepProgress? log, CancellationToken cancellation)
    {
        HardwareProfile? cells = null;
        var models = new Dictionary<int, CompiledModel>();
        (int Trial, ProgrammedChips Levels) programmed = (-1, new ProgrammedChips());
        foreach (SweepChip chip in chips)
        {
            cancellation.ThrowIfCancellationRequested();
            HardwareProfile hardware = _plan.Points[chip.Point].Hardware, own = HardwareVariants.Cells(hardware);
            if (!own.Equals(cells))
            {
                (cells, programmed) = (own, (-1, new ProgrammedChips()));
                models.Clear();
            }

            // Only one chip is in memory.
            if (chip.Trial != programmed.Trial) programmed = (chip.Trial, new ProgrammedChips());
            if (!models.TryGetValue(chip.Point, out CompiledModel? variant))
                models[chip.Point] = variant = _variants.On(hardware, cancellation);
            using var model = new CimModel(variant, programmed.Levels);
            Accuracy accuracy = new CompiledEvaluator(model).Evaluate(_data, Run(chip), _options.Limit, null, cancellation);
            log?.Measured(chip, accuracy);
            yield return accuracy;
        }
    }

    /// <summary>The accuracy of the integers, without converters and devices: what the points are compared with.</summary>
    public Accuracy Reference(CancellationToken cancellation)
    {
        using var model = new CimModel(_compiled);
        var exact = new RunOptions { Fidelity = Fidelity.Exact, MaxThreads = _options.Threads };
        return new CompiledEvaluator(model).Evaluate(_data, exact, _options.Limit, null, cancellation);
    }

    /// <summary>The points, from the accuracies of all <see cref="Chips"/>.</summary>
    public ImmutableArray<SweepMeasurement> Points(IReadOnlyList<Accuracy> accuracies)
    {
        var chips = _plan.Points.Select(_ => new Accuracy?[_options.Trials]).ToArray();
        foreach ((SweepChip chip, Accuracy accuracy) in Chips.Zip(accuracies)) chips[chip.Point][chip.Trial] = accuracy;
        // Where nothing is random one chip stands for all.
        return [.. _plan.Points.Zip(chips, (point, c) => new SweepMeasurement(
            point, [.. c.Select(a => a ?? c[0]!)], SweepCost.Of(_compiled, point.Hardware)))];
    }

    private RunOptions Run(SweepChip chip) => new()
    {
        Fidelity = _options.Fidelity,
        Seed = unchecked(_options.Seed + (ulong)chip.Trial),
        MaxThreads = _options.Threads,
    };
}
