using System.Collections.Immutable;
using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;
using Cim.Compiler.Lowering;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Search;
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
        ScheduleCost compiled = NetworkSchedule.Describe(schedule, goal) with
            {
                CalibratedEnergyPj = Calibrated(schedule, network, state, context),
            },
            baseline = Planned(eight);
        return state with
        {
            Mapped = mapped with
            {
                Schedule = schedule,
                Cost = mapped.Cost with { Schedule = compiled },
                Baseline = mapped.Baseline with { Schedule = baseline },
            },
            Search = state.Search is { } search ? Scheduled(search, compiled, baseline, Planned) : null,
        };

        ScheduleCost Planned(QuantizationPolicy policy) => NetworkSchedule.Describe(
            Run(NetworkSchedule.Planned(state.Imported!, policy, context.Hardware), context), goal);
    }

    /// <summary>What a search compares, each with its own schedule on the same arrays.</summary>
    private static SearchSummary Scheduled(
        SearchSummary search, ScheduleCost compiled, ScheduleCost baseline, Func<QuantizationPolicy, ScheduleCost> planned)
    {
        return search with
        {
            ChosenSchedule = compiled,
            Eight = search.Eight with { Schedule = baseline },
            Four = Of(search.Four),
            ProxyStart = search.ProxyStart is { } start ? Of(start) : null,
        };

        SearchBaseline Of(SearchBaseline one) => one.Policy is { } policy ? one with { Schedule = planned(policy) } : one;
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
