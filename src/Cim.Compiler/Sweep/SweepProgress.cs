using System.Diagnostics;
using System.Globalization;
using Cim.Compiler.Evaluation;

namespace Cim.Compiler.Sweep;

/// <summary>Reports after every chip its accuracy, the share that is done, and about how long the rest takes.</summary>
/// <param name="plan">The grid.</param>
/// <param name="total">How many chips are measured.</param>
/// <param name="progress">Receives each step.</param>
internal sealed class SweepProgress(SweepPlan plan, int total, IProgress<string>? progress)
{
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private int _done;

    public void Measured(SweepChip chip, Accuracy accuracy)
    {
        _done++;
        double left = _time.Elapsed.TotalSeconds / _done * (total - _done);
        progress?.Report(string.Create(CultureInfo.InvariantCulture,
            $"[{_done}/{total}] {chip.Describe(plan)}: {100 * accuracy.Fraction:F2} % ({accuracy.Correct}/{accuracy.Samples}), "
                + $"about {left:F0} s left"));
    }
}
