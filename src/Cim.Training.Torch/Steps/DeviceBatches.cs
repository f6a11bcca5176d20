using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Losses;
using Cim.Training.Randomness;
using Cim.Training.Torch.Nodes;
using TorchSharp;
using static TorchSharp.torch;

namespace Cim.Training.Torch.Steps;

/// <summary>
/// The batches of <see cref="BatchSource"/> made on a device: the samples lie there, and what an epoch draws (order, shifts, mirrorings,
/// cuts) goes there once an epoch.
/// </summary>
internal sealed class DeviceBatches : IDisposable
{
    private const int Columns = 6;

    private readonly SampleSet _samples;
    private readonly BatchOptions _options;
    private readonly int _classes;
    private readonly Tensor _values;
    private readonly Tensor? _labels;
    private Tensor? _plan;
    private int _epoch;

    /// <param name="samples">All samples.</param>
    /// <param name="classes">Outputs of the network.</param>
    /// <param name="options">How batches are made.</param>
    /// <param name="device">The device.</param>
    public DeviceBatches(SampleSet samples, int classes, BatchOptions options, Device device)
    {
        (_samples, _classes, _options) = (samples, classes, options);
        _values = TorchValues.OnDevice(samples.Values, [samples.Count, .. samples.Shape], ScalarType.Float32, device)
            .DetachFromDisposeScope();
        _labels = samples.Labels is { } labels
            ? TorchValues.OnDevice(labels, [samples.Count], ScalarType.Int64, device).DetachFromDisposeScope()
            : null;
    }

    /// <summary>Batches of one epoch.</summary>
    public int Count => Math.Max(1, _samples.Count / _options.BatchSize);

    /// <summary>Draws an epoch.</summary>
    public void Begin(int epoch)
    {
        _epoch = epoch;
        int size = _options.BatchSize;
        int[] order = new KeyedRandom(_options.Seed, epoch).Permutation(_samples.Count);
        bool changes = _options.Augmentation.Changes(_samples.Shape);
        var plan = new long[Count * size * Columns];
        for (int i = 0; i < Count * size; i++)
        {
            int index = order[i % order.Length];
            AugmentationDraw draw = changes
                ? _options.Augmentation.Draw(_samples.Shape, new KeyedRandom(_options.Seed, epoch, index, 1))
                : default;
            long[] row = [index, draw.Down, draw.Right, draw.IsMirrored ? 1 : 0, draw.Top, draw.Left];
            row.CopyTo(plan, i * Columns);
        }

        _plan?.Dispose();
        _plan = TorchValues.OnDevice(plan, [Count, size, Columns], ScalarType.Int64, _values.device).DetachFromDisposeScope();
    }

    /// <summary>Inputs and targets of a batch; the targets are null without labels.</summary>
    public (Tensor Inputs, Tensor? Targets) Make(int batch)
    {
        using IDisposable quiet = no_grad();
        Tensor rows = _plan!.select(0, batch);
        Tensor index = rows.select(1, 0);
        Tensor inputs = _values.index_select(0, index);
        if (_options.Augmentation.Changes(_samples.Shape))
            inputs = Changed(inputs, rows);
        Tensor? targets = _labels is null ? null : Smoothed(_labels.index_select(0, index));
        if (_options.Mixup > 0)
        {
            double share = (float)new KeyedRandom(_options.Seed, _epoch, batch, 2).NextSymmetricBeta(_options.Mixup);
            inputs = Mixed(inputs, share);
            targets = targets is null ? null : Mixed(targets, share);
        }

        return (inputs, targets);
    }

    public void Dispose()
    {
        _values.Dispose();
        _labels?.Dispose();
        _plan?.Dispose();
    }

    /// <summary>Shifted, then mirrored, then cut: each pixel is fetched from where it was, or is zero.</summary>
    private Tensor Changed(Tensor inputs, Tensor rows)
    {
        (long count, long channels, long height, long width) = (inputs.shape[0], inputs.shape[1], inputs.shape[2], inputs.shape[3]);
        Tensor rowsOf = Whole(height), columnsOf = Whole(width), lastRow = Whole(height - 1), lastColumn = Whole(width - 1);
        Tensor zero = Whole(0), one = Whole(1), side = Whole(_options.Augmentation.Cutout);
        Tensor y = Range(height), x = Range(width);
        Tensor mirrored = where(Column(3).eq(one), lastColumn - x, x);
        Tensor fromY = y - Column(1), fromX = mirrored - Column(2);
        Tensor rowInside = fromY.ge(zero).logical_and(fromY.lt(rowsOf)), columnInside = fromX.ge(zero).logical_and(fromX.lt(columnsOf));
        Tensor keep = rowInside.unsqueeze(2).logical_and(columnInside.unsqueeze(1));
        if (_options.Augmentation.Cutout > 0)
        {
            Tensor inRows = y.ge(Column(4)).logical_and(y.lt(Column(4) + side));
            Tensor inColumns = x.ge(Column(5)).logical_and(x.lt(Column(5) + side));
            keep = keep.logical_and(inRows.unsqueeze(2).logical_and(inColumns.unsqueeze(1)).logical_not());
        }

        Tensor position = (clamp(fromY, zero, lastRow).unsqueeze(2) * columnsOf) + clamp(fromX, zero, lastColumn).unsqueeze(1);
        Tensor all = position.reshape(count, 1, height * width).expand(count, channels, height * width);
        Tensor moved = inputs.reshape(count, channels, height * width).gather(2, all).reshape(inputs.shape);
        return where(keep.unsqueeze(1), moved, zeros_like(moved));

        Tensor Column(int column) => rows.select(1, column).unsqueeze(1);
        Tensor Whole(long value) => TorchValues.OnDevice(new[] { value }, [], ScalarType.Int64, inputs.device);
        Tensor Range(long length) => TorchValues.OnDevice(
            Enumerable.Range(0, (int)length).Select(i => (long)i).ToArray(), [1, length], ScalarType.Int64, inputs.device);
    }

    private Tensor Smoothed(Tensor labels)
    {
        using Scalar rest = (float)(_options.LabelSmoothing / _classes), own = (float)(1 - _options.LabelSmoothing);
        return (nn.functional.one_hot(labels, _classes).to(ScalarType.Float32) * own).add_(rest);
    }

    /// <summary>Sample i mixed with sample n - 1 - i.</summary>
    private static Tensor Mixed(Tensor values, double share)
    {
        using Scalar own = share, other = 1 - share;
        return (values * own) + (values.flip(0) * other);
    }
}
