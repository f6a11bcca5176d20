using Cim.Compiler.Lowering;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;
using Cim.Compiler.Scheduling;
using Cim.Compiler.Scheduling.Copies;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Stages.Reports;

/// <summary>The schedule of a compiled network for its report.</summary>
internal static class ScheduleReports
{
    /// <summary>Null for hardware that keeps no weights, or a network without layers on arrays.</summary>
    public static ScheduleReport? Of(CompileState state, CompileContext context)
    {
        if (context.Hardware.Execution != ExecutionModel.Resident || state.Shapes.IsEmpty) return null;
        MappedNetwork mapped = state.Mapped!;
        var lowering = new LayerLowering(mapped.Policy, context.Hardware);
        var network = new ScheduledNetwork(
            state.Imported!, context.Hardware, (shape, copies) => context.Hardware.Chip.DenseGroups
                ? lowering.CostOf(shape, copies)
                : lowering.CostOf(shape, mapped.Lowered, copies));
        long copiesWithin = context.Options.CopiesWithin;
        return ScheduleReport.Of(PartitionedScheduler.Run(network, new ScheduleOptions
        {
            Copies = copiesWithin > 0 ? CopyRule.MinMax : CopyRule.None,
            ExtraArrays = copiesWithin > 0 ? Math.Max(0, copiesWithin - network.ArraysOnce) : null,
        }));
    }
}
