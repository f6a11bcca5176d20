using Cim.Bench.Common.Results;
using Cim.Training.Loop;
using static System.FormattableString;

namespace Cim.Bench.Training;

/// <summary>One line at the end of each epoch.</summary>
/// <param name="report">Where lines go.</param>
/// <param name="correct">Counts correct test images; null to leave that out.</param>
internal sealed class EpochLines(ResultReport report, Func<int>? correct = null) : IProgress<TrainingProgress>
{
    private int _last;

    public void Report(TrainingProgress value)
    {
        if (value.Batch < value.Batches || value.Epoch == _last)
            return;
        _last = value.Epoch;
        string accuracy = value.Accuracy is { } share ? Invariant($", {share:P2}") : "";
        string test = correct is null ? "" : Invariant($", test {correct()}");
        report.Line(Invariant($"- epoch {value.Epoch}/{value.Epochs}: loss {value.Loss:F4}{accuracy}{test}"));
    }
}
