using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;

namespace Cim.Compiler.Stages.Reports;

/// <summary>The schedule of a compiled network for its report.</summary>
internal static class ScheduleReports
{
    /// <summary>Null for hardware that keeps no weights, or a network without layers on arrays.</summary>
    public static ScheduleReport? Of(CompileState state) =>
        state.Mapped!.Schedule is { } schedule ? ScheduleReport.Of(
            schedule, state.Mapped.Cost.Schedule, state.Mapped.Baseline.Schedule) : null;
}
