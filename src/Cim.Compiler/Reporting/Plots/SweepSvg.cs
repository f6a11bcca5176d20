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
    /// <param name="references">What the points are compared with.</param>
    public static string Draw(
        string title, string subtitle, SweepPlan plan, ImmutableArray<SweepMeasurement> points, SweepReferences references) =>
        plan.Axes.Length == 1
            ? SweepLinePlot.Draw(title, subtitle, plan.Axes[0], points, references)
            : SweepHeatMap.Draw(title, subtitle, plan.Axes[0], plan.Axes[1], points);
}

/// <summary>Accuracies that no converter or device has touched, as fractions.</summary>
/// <param name="Exact">Of the integers alone, on the same samples.</param>
/// <param name="Float">Of the float network, on the samples the model was compiled with; null where it was compiled without.</param>
internal sealed record SweepReferences(double Exact, double? Float);
