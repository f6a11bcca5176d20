using System.Diagnostics;
using System.Globalization;
using Cim.Runtime.Crossbar.Simulation;

namespace Cim.Compiler.Sweep;

/// <summary>Reports after every chip its accuracy, the share that is done, and about how long the rest takes.</summary>
internal sealed class SweepProgress(SweepPlan plan, SweepOptions options, IProgress<string>? progress)
{
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly int _total = plan.Points.Sum(p => CrossbarSimulator.IsRandom(p.Hardware, options.Fidelity) ? options.Trials : 1);
    private int _done;

    public void Measured(int point, int trial, Evaluation.Accuracy accuracy)
    {
        _done++;
        string values = string.Join(", ", plan.Axes.Zip(plan.Points[point].Values, (a, v) => $"{a.Field}={v}"));
        double left = _time.Elapsed.TotalSeconds / _done * (_total - _done);
        progress?.Report(string.Create(CultureInfo.InvariantCulture,
            $"[{_done}/{_total}] {values}, chip {trial + 1}: {100 * accuracy.Fraction:F2} % ({accuracy.Correct}/{accuracy.Samples}), "
                + $"about {left:F0} s left"));
    }
}
