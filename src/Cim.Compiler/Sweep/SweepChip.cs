using System.Collections.Immutable;
using Cim.Runtime.Crossbar.Simulation;

namespace Cim.Compiler.Sweep;

/// <summary>A chip at a point of the grid, the smallest part of a sweep.</summary>
/// <param name="Point">The point, as an index of <see cref="SweepPlan.Points"/>.</param>
/// <param name="Trial">The chip.</param>
internal readonly record struct SweepChip(int Point, int Trial)
{
    /// <summary>
    /// Every chip that differs from the others. Points whose cells are alike follow each other chip by chip, so that what is programmed
    /// for one serves the next.
    /// </summary>
    public static ImmutableArray<SweepChip> AllOf(SweepPlan plan, SweepOptions options) =>
    [
        .. from alike in Enumerable.Range(0, plan.Points.Length).GroupBy(i => HardwareVariants.Cells(plan.Points[i].Hardware))
           from trial in Enumerable.Range(0, options.Trials)
           from point in alike
           where trial == 0 || CrossbarSimulator.IsRandom(plan.Points[point].Hardware, options.Fidelity)
           select new SweepChip(point, trial),
    ];

    /// <summary>For people: <c>adcBits=4, chip 1</c>.</summary>
    public string Describe(SweepPlan plan) => FormattableString.Invariant($"{plan.Describe(Point)}, chip {Trial + 1}");
}
