using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Scheduling;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards it is known when every array works, and where a schedule was asked for, the costs have its figures.</summary>
internal sealed class ScheduleStage : ICompileStage
{
    public string Name => "Schedule";

    public bool AppliesTo(CompileState state, CompileContext context) =>
        !state.Shapes.IsEmpty && (context.Hardware.Execution == ExecutionModel.Resident || context.Options.ScheduleFor is not null);

    public string? Announcement(CompileState state, CompileContext context) =>
        context.Options.ScheduleFor is { } goal ? $"scheduling for {goal}" : null;

    public CompileState Run(CompileState state, CompileContext context)
    {
        MappedNetwork mapped = state.Mapped!;
        ScheduledNetwork network = NetworkSchedule.Lowered(state.Imported!, mapped.Policy, mapped.Lowered, context.Hardware);
        Schedule schedule = Run(network, context);
        if (context.Options.ScheduleFor is not { } goal) return state with { Mapped = mapped with { Schedule = schedule } };
        QuantizationPolicy eight = QuantizationPolicy.Uniform(state.Shapes.Select(s => s.Name), 8, 8);
        Schedule baseline = Run(NetworkSchedule.Planned(state.Imported!, eight, context.Hardware), context);
        return state with
        {
            Mapped = mapped with
            {
                Schedule = schedule,
                Cost = mapped.Cost with
                {
                    Schedule = NetworkSchedule.Describe(schedule, goal) with
                    {
                        CalibratedEnergyPj = Calibrated(schedule, network, state, context),
                    },
                },
                Baseline = mapped.Baseline with { Schedule = NetworkSchedule.Describe(baseline, goal) },
            },
        };
    }

    private static double? Calibrated(Schedule schedule, ScheduledNetwork network, CompileState state, CompileContext context)
    {
        if (state.Calibration.IsSynthetic) return null;
        ModelProgram program = state.Mapped!.Lowered.Program;
        ImmutableArray<double> activity = InputActivity.Of(
            program, context.Hardware, state.Input, state.Calibration, context.Cancellation);
        return NetworkSchedule.CalibratedEnergyPj(schedule, network.Costs,
            program.Layers.Select((l, i) => (l.Name, activity[i])).ToDictionary(p => p.Name, p => p.Item2, StringComparer.Ordinal));
    }

    /// <summary>The cost of the network at another size, with its schedule where one was asked for.</summary>
    public static Cost Scheduled(Cost cost, Graph graph, LoweredModel lowered, CompileState state, CompileContext context) =>
        context.Options.ScheduleFor is not { } goal ? cost : cost with
        {
            Schedule = NetworkSchedule.Describe(
                Run(NetworkSchedule.Lowered(graph, state.Mapped!.Policy, lowered, context.Hardware), context), goal),
        };

    private static Schedule Run(ScheduledNetwork network, CompileContext context) =>
        PartitionedScheduler.Run(network, NetworkSchedule.Options(context.Options, network.ArraysOnce));
}
