using Cim.Compiler.Reporting.Plots;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>When each layer works, and where its cores lie.</summary>
internal static class ScheduleSection
{
    public static string Render(CompilationReport report) => report.Schedule is not { } schedule ? "" : $"""
        <section>
        <h2>On the whole chip</h2>
        <p class="sub">{Goal(schedule)}Layers pipelined over the rows of an image:
        {Latency(schedule.LatencyNs)} and {Energy(schedule.EnergyPj)} an inference{Calibrated(schedule)},
        {Count((long)schedule.ThroughputPerSecond)} inferences a second; limited by
        {Escape(schedule.LimitedBy)}, the slowest layer is {Escape(schedule.SlowestLayer)}.{Baseline(schedule)}
        Not counted: {Escape(string.Join("; ", schedule.NotModelled))}.</p>
        <div class="scroll" tabindex="0" role="region" aria-label="When each layer works">
        {TimelineSvg.Render(schedule)}</div>
        <p class="sub">Cores with their arrays by layer, the darker the longer they work; point at one for its layer.{Part(schedule)}</p>
        <div class="scroll" tabindex="0" role="region" aria-label="Cores and arrays by layer">
        {FloorPlanSvg.Layers(schedule)}</div>
        <p class="sub">Reads of each array in an inference, from none (light) to the most (dark).</p>
        <div class="scroll" tabindex="0" role="region" aria-label="Reads of arrays">
        {FloorPlanSvg.Reads(schedule)}</div>
        </section>
        """;

    private static string Calibrated(ScheduleReport schedule) => schedule.CalibratedEnergyPj is { } energy
        ? $" ({Energy(energy)} where input bits that are zero in the calibration data cost nothing)"
        : "";

    private static string Baseline(ScheduleReport schedule) => schedule.Baseline is { } eight
        ? $" 8 bits on the same arrays: {Latency(eight.LatencyNs)}, {Energy(eight.EnergyPj)}, {Count((long)eight.ThroughputPerSecond)} "
            + "inferences a second."
        : "";

    private static string Part(ScheduleReport schedule) => schedule.OnChip.Length == schedule.Layers.Length ? ""
        : " The network is larger than the chip; this is the part of it that computes longest.";

    private static string Goal(ScheduleReport schedule) =>
        schedule.ScheduledFor is { } goal ? $"Scheduled for {Escape(goal)}, with copies on the arrays there are. " : "";
}
