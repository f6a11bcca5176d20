using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Cim.Training.Data;
using Cim.Training.Losses;
using Cim.Training.Ort;
using Cim.Training.Randomness;

namespace Cim.Training.Loop;

/// <summary>How samples become training batches.</summary>
internal sealed record BatchOptions
{
    public required int BatchSize { get; init; }

    public required long Seed { get; init; }

    public Augmentation Augmentation { get; init; } = Augmentation.None;

    /// <summary>Probability mass spread over all classes.</summary>
    public double LabelSmoothing { get; init; }

    /// <summary>Alpha of mixup (Zhang et al., arXiv 1710.09412); 0 = none.</summary>
    public double Mixup { get; init; }
}

/// <summary>
/// Shuffled, augmented batches prepared on another thread while the engine computes. What a batch holds depends on (seed, epoch,
/// sample) only.
/// </summary>
internal sealed class BatchSource(SampleSet samples, int classes, string inputName, BatchOptions options, Predictor? teacher)
{
    private const int Ahead = 3;

    /// <summary>Batches of one epoch; samples that do not fill a batch wait for another epoch's order.</summary>
    public int Batches => Math.Max(1, samples.Count / options.BatchSize);

    public async IAsyncEnumerable<Dictionary<string, float[]>> Epoch(int epoch, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Channel<Dictionary<string, float[]>> channel = Channel.CreateBounded<Dictionary<string, float[]>>(Ahead);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task producer = Task.Run(() => Produce(epoch, channel.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (Dictionary<string, float[]> batch in channel.Reader.ReadAllAsync(cancellation))
                yield return batch;
        }
        finally
        {
            await stop.CancelAsync();
            await producer;
        }
    }

    private async Task Produce(int epoch, ChannelWriter<Dictionary<string, float[]>> writer, CancellationToken cancellation)
    {
        Exception? failure = null;
        try
        {
            int[] order = new KeyedRandom(options.Seed, epoch).Permutation(samples.Count);
            for (int batch = 0; batch < Batches; batch++)
                await writer.WriteAsync(Make(order, batch, epoch), cancellation);
        }
        catch (OperationCanceledException)
        {
            // The consumer has stopped; nobody is left to report to.
        }
        catch (Exception exception)
        {
            failure = exception;
        }

        writer.Complete(failure);
    }

    private Dictionary<string, float[]> Make(int[] order, int batch, int epoch)
    {
        int size = options.BatchSize;
        int elements = samples.Elements;
        var inputs = new float[size * elements];
        var targets = new float[size * classes];
        for (int i = 0; i < size; i++)
        {
            int index = order[((batch * size) + i) % order.Length];
            var random = new KeyedRandom(options.Seed, epoch, index, 1);
            options.Augmentation.Apply(samples.Sample(index), inputs.AsSpan(i * elements, elements), samples.Shape, random);
            if (samples.Labels is { } labels)
                Smooth(targets.AsSpan(i * classes, classes), labels[index]);
        }

        if (options.Mixup > 0)
        {
            double share = new KeyedRandom(options.Seed, epoch, batch, 2).NextSymmetricBeta(options.Mixup);
            Mix(inputs, elements, (float)share);
            Mix(targets, classes, (float)share);
        }

        var result = new Dictionary<string, float[]>(StringComparer.Ordinal) { [inputName] = inputs, [Objective.Targets] = targets };
        if (teacher is not null)
            result[Objective.TeacherLogits] = teacher.Predict(inputs, size);
        return result;
    }

    private void Smooth(Span<float> target, int label)
    {
        target.Fill((float)(options.LabelSmoothing / target.Length));
        target[label] += (float)(1 - options.LabelSmoothing);
    }

    /// <summary>Mixes sample i with sample n - 1 - i of the (already shuffled) batch.</summary>
    private static void Mix(float[] values, int elements, float share)
    {
        float[] original = [.. values];
        int count = values.Length / elements;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<float> other = original.AsSpan((count - 1 - i) * elements, elements);
            for (int k = 0; k < elements; k++)
                values[(i * elements) + k] = (share * values[(i * elements) + k]) + ((1 - share) * other[k]);
        }
    }
}
