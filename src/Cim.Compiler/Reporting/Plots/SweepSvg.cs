using System.Collections.Immutable;
using Cim.Compiler.Sweep;

namespace Cim.Compiler.Reporting.Plots;

/// <summary>Draws a sweep: a line plot for one parameter, a heat map for two.</summary>
internal static class SweepSvg
{
    /// <param name="title">One line.</param>
    /// <param name="subtitle">One line.</param>
    /// <param name="plan">The parameters.</param>
    /// <param name="points">What was measured, point after point.</param>
    /// <param name="exact">The accuracy of the integers alone, on the same samples.</param>
    public static string Draw(string title, string subtitle, SweepPlan plan, ImmutableArray<SweepMeasurement> points, double exact) =>
        plan.Axes.Length == 1
            ? SweepLinePlot.Draw(title, subtitle, plan.Axes[0], points, exact)
            : SweepHeatMap.Draw(title, subtitle, plan.Axes[0], plan.Axes[1], points);
}
