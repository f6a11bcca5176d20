using System.Diagnostics;
using System.Globalization;
using Cim.Training.Loop;

namespace Cim.Compiler.QuantizationAware;

/// <summary>Reports the progress of a training: a line at most every few seconds and one at the end of each epoch.</summary>
internal sealed class EpochLines(Action<string> print) : IProgress<TrainingProgress>
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(5);

    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();

    private int _ended;

    public void Report(TrainingProgress value)
    {
        if (value.Batch < value.Batches && _sinceLast.Elapsed < _interval) return;
        // The last batch is reported before validation and again after it.
        if (value.Batch == value.Batches && value.Accuracy is null && _ended != value.Epoch)
        {
            _ended = value.Epoch;
            return;
        }

        _sinceLast.Restart();
        string accuracy = value.Accuracy is { } measured
            ? string.Create(CultureInfo.InvariantCulture, $"  validation {100 * measured:F2} %")
            : "";
        print(string.Create(CultureInfo.InvariantCulture,
            $"epoch {value.Epoch}/{value.Epochs}  {100 * value.Batch / value.Batches,3} %  loss {value.Loss:F4}{accuracy}  left "
                + $"{value.Remaining:hh\\:mm\\:ss}"));
    }
}
