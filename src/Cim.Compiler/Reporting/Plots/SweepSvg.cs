using System.Collections.Immutable;
using Cim.Compiler.Sweep;

namespace Cim.Compiler.Reporting.Plots;

/// <summary>Draws a sweep: a line plot for one parameter, a heat map for two.</summary>
internal static class SweepSvg
{
    public static string Draw(string title, string subtitle, SweepPlan plan, ImmutableArray<SweepMeasurement> points) =>
        plan.Axes.Length == 1
            ? SweepLinePlot.Draw(title, subtitle, plan.Axes[0], points)
            : SweepHeatMap.Draw(title, subtitle, plan.Axes[0], plan.Axes[1], points);
}
