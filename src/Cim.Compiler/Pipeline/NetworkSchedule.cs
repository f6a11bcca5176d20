using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Precision;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Copies;
using Cim.Runtime;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Pipeline;

/// <summary>The schedule of a compilation: what it is asked for, and what of it a compiled model says.</summary>
internal static class NetworkSchedule
{
    /// <summary>The network at the precisions of a policy, before anything is lowered.</summary>
    public static ScheduledNetwork Planned(Graph graph, QuantizationPolicy policy, HardwareProfile hardware) =>
        new(graph, hardware, new LayerLowering(policy, hardware).CostOf);

    /// <summary>The network as it lies on arrays: strips, shared columns and groups as they were lowered.</summary>
    public static ScheduledNetwork Lowered(Graph graph, QuantizationPolicy policy, LoweredModel lowered, HardwareProfile hardware)
    {
        var lowering = new LayerLowering(policy, hardware);
        return new ScheduledNetwork(graph, hardware, (shape, copies) => hardware.Chip.DenseGroups
            ? lowering.CostOf(shape, copies)
            : lowering.CostOf(shape, lowered, copies));
    }

    /// <summary>The schedule that is asked for: copies on the arrays of the chip, or on as many as the compilation may take.</summary>
    public static ScheduleRequest? Request(CompileOptions options) => ScheduleRequest.Parse(
        options.ScheduleFor, options.CopiesWithin > 0 ? options.CopiesWithin : options.MaxArrays ?? 0);

    /// <summary>What a scheduler is asked for; where no schedule was, as many copies as the cost has.</summary>
    /// <param name="options">The compilation.</param>
    /// <param name="arraysOnce">Arrays of one copy of each layer.</param>
    public static ScheduleOptions Options(CompileOptions options, long arraysOnce) =>
        Request(options)?.Options(arraysOnce) ?? new ScheduleOptions
        {
            Copies = options.CopiesWithin > 0 ? CopyRule.MinMax : CopyRule.None,
            ExtraArrays = options.CopiesWithin > 0 ? Math.Max(0, options.CopiesWithin - arraysOnce) : null,
        };

    /// <summary>Picojoule of an inference with the bits that layers were seen to read: the energy of arrays and of their drivers falls
    /// with the share of ones.</summary>
    /// <param name="schedule">The schedule.</param>
    /// <param name="costs">Its layers.</param>
    /// <param name="activity">By name: the share of input bits that are one.</param>
    public static double CalibratedEnergyPj(
        Schedule schedule, IEnumerable<LayerCost> costs, IReadOnlyDictionary<string, double> activity) => schedule.Energy.TotalPj
        - costs.Sum(c => (1 - activity.GetValueOrDefault(c.Name, 1)) * (c.Energy.ArrayPj + c.Energy.DacPj));

    /// <summary>What a compiled model says of its schedule.</summary>
    public static ScheduleCost Describe(Schedule schedule, string goal) => new()
    {
        For = goal,
        LatencyNs = schedule.MakespanNs,
        ThroughputPerSecond = schedule.ThroughputPerSecond,
        EnergyPj = schedule.Energy.TotalPj,
        Arrays = schedule.ArraysUsed,
        LimitedBy = schedule.Bound.LimitedBy,
        NotModelled = schedule.NotModelled,
    };
}
