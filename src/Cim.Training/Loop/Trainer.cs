using System.Diagnostics;
using System.Globalization;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Cim.Training.ColumnSharing;
using Cim.Training.Data;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Optimization;

namespace Cim.Training.Loop;

/// <summary>Trains a network: batches, gradients, updates, validation, checkpoints; retains the best.</summary>
public sealed class Trainer
{
    private readonly TrainableNetwork _network;
    private readonly TrainingOptions _options;
    private readonly SampleSet _training;
    private readonly SampleSet? _validation;

    /// <summary>Prepares a training.</summary>
    /// <param name="network">Changed in place; holds the best values afterwards.</param>
    /// <param name="training">Training samples; labels may be missing where only a teacher is followed.</param>
    /// <param name="validation">Labelled samples that choose the epoch to keep; null = the last epoch is kept.</param>
    /// <param name="options">How to train.</param>
    public Trainer(TrainableNetwork network, SampleSet training, SampleSet? validation, TrainingOptions options)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(options);
        (this._network, this._training, this._validation, this._options) = (network, training, validation, options);
    }

    /// <summary>The float network to follow, or null.</summary>
    public TrainableNetwork? Teacher { get; init; }

    /// <summary>What runs the arithmetic.</summary>
    public TrainingEngine Engine { get; init; } = TrainingEngine.Default;

    /// <summary>Called before every batch with its number from the start, for noise that changes per batch.</summary>
    public Action<int>? BeforeBatch { get; init; }

    /// <summary>Called before the network is evaluated after an epoch, to take such noise away.</summary>
    public Action? BeforeValidation { get; init; }

    /// <summary>Layers whose weights are made of shared columns while they are trained.</summary>
    public IReadOnlyList<SharedColumnWeights> SharedColumns { get; init; } = [];

    /// <summary>Trains until the last epoch, early stop or cancellation.</summary>
    /// <exception cref="CimException">Diverged, no gradient rule, or a checkpoint that does not fit or cannot be written.</exception>
    /// <exception cref="InvalidOperationException">Weights of shared columns are to be averaged, after which they share none.</exception>
    public async Task<TrainingResult> RunAsync(IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (SharedColumns.Count > 0 && _options.AverageDecay > 0)
            throw new InvalidOperationException("Weights of shared columns cannot be averaged; set AverageDecay to 0");
        var optimizer = new Optimizer(_network.Parameters, _options.Optimizer);
        var average = new WeightAverage(_network.Parameters, _options.AverageDecay);
        using ITrainingSteps steps = Engine.CreateSteps(Setup(optimizer, average));
        CheckLabels(steps.Classes);
        var best = new Snapshot(_network);
        var state = new Checkpoint
        {
            Epoch = 0,
            Steps = 0,
            BestEpoch = 0,
            BestScore = double.NegativeInfinity,
            HighestScore = double.NegativeInfinity,
            Losses = [],
            Scores = [],
        };
        IEnumerable<float[]> arrays = Snapshot.Arrays(_network).Concat(optimizer.State).Concat(average.Values).Concat(best.Values)
            .Concat(SharedColumns.SelectMany(shared => shared.State));
        string key = Checkpoint.Key(_network, string.Create(
            CultureInfo.InvariantCulture, $"{_options with { Checkpoint = null }};{_training.Count};{_validation?.Count}"));
        if (_options.Checkpoint is { } existing && FileFacts.KindOf(existing) == FileKind.Regular)
        {
            state = Checkpoint.Load(existing, key, arrays);
            optimizer.Steps = state.Steps;
        }
        else if (_options.KeepsStart && _validation is not null)
        {
            state.BestScore = state.HighestScore = steps.CountCorrect(_validation, cancellation) / (double)_validation.Count;
        }

        bool cancelled = false;
        var clock = Stopwatch.StartNew();
        int firstEpoch = state.Epoch;
        while (state.Epoch < _options.Epochs && !(_options.Patience > 0 && state.Epoch - state.BestEpoch >= _options.Patience))
        {
            try
            {
                double loss = 0;
                int done = 0;
                await foreach (float batchLoss in steps.Epoch(state.Epoch, cancellation))
                {
                    if (!float.IsFinite(batchLoss))
                        throw Diverged(state, best);
                    loss += batchLoss;
                    done++;
                    progress?.Report(new TrainingProgress(
                        state.Epoch + 1, _options.Epochs, done, steps.Batches, loss / done, null,
                        Remaining(clock, firstEpoch, state.Epoch, done, steps.Batches)));
                }

                state.Epoch++;
                average.Exchange();
                BeforeValidation?.Invoke();
                double score = _validation is null
                    ? state.Epoch
                    : steps.CountCorrect(_validation, cancellation) / (double)_validation.Count;
                state.Losses.Add(loss / done);
                state.Scores.Add(score);
                if (score > state.HighestScore || (_options.KeepsLatest && score >= state.HighestScore - StandardError(state.HighestScore)))
                {
                    state.BestScore = score;
                    state.BestEpoch = state.Epoch;
                    state.HighestScore = Math.Max(state.HighestScore, score);
                    best.Take();
                }

                average.Exchange();
                state.Steps = optimizer.Steps;
                if (_options.Checkpoint is { } path)
                    state.Save(path, key, arrays);
                progress?.Report(new TrainingProgress(
                    state.Epoch, _options.Epochs, steps.Batches, steps.Batches, loss / done, _validation is null
                        ? null
                        : score, Remaining(clock, firstEpoch, state.Epoch, 0, steps.Batches)));
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                cancelled = true;
                break;
            }
        }

        best.Restore();
        return new TrainingResult(state.Epoch, state.BestEpoch, state.BestScore, state.Losses, state.Scores, cancelled);
    }

    /// <summary>Of a share of the validation samples; 0 without any.</summary>
    private double StandardError(double score) => _validation is null ? 0 : Math.Sqrt(Math.Max(0, score * (1 - score)) / _validation.Count);

    /// <summary>How much of the loss is distillation.</summary>
    private double DistillationWeight => Teacher is null ? 0 : _training.Labels is null ? 1 : _options.DistillationWeight;

    private TrainingSetup Setup(Optimizer optimizer, WeightAverage average) => new()
    {
        Network = _network,
        Objective = Objective.LabelsAndTeacher(DistillationWeight, _options.DistillationTemperature),
        Options = _options,
        Samples = _training,
        Optimizer = optimizer,
        Average = average,
        Teacher = Teacher,
        Statistics = _options.BatchStatistics && _network.Graph.Node.Any(node => node.OpType == "BatchNormalization")
            ? BatchStatistics.Insert(_network)
            : null,
        BeforeBatch = BeforeBatch,
        SharedColumns = SharedColumns,
    };

    private void CheckLabels(int classes)
    {
        if (_training.Labels is null && Teacher is null)
            throw new CimException(
                ErrorCodes.InvalidLabels, "Training without a teacher needs labels; add them to the data file, or give a teacher");
        foreach (SampleSet set in new[] { _training, _validation }.OfType<SampleSet>())
        {
            int wrong = Array.FindIndex(set.Labels ?? [], label => label < 0 || label >= classes);
            if (wrong >= 0)
                throw new CimException(ErrorCodes.InvalidLabels,
                    $"Label {set.Labels![wrong]} of sample {wrong} is not one of the network's {classes} classes");
        }
    }

    private static CimException Diverged(Checkpoint state, Snapshot best)
    {
        best.Restore();
        return new CimException(
            ErrorCodes.TrainingDiverged, $"The loss is not finite in epoch {state.Epoch + 1}; lower the learning rate, or clip gradients");
    }

    /// <summary>From the pace since this run began, of which <paramref name="resumed"/> epochs were done before.</summary>
    private TimeSpan Remaining(Stopwatch clock, int resumed, int epochs, int batches, int batchesPerEpoch)
    {
        double done = ((epochs - resumed) * (double)batchesPerEpoch) + batches;
        double left = ((_options.Epochs - epochs) * (double)batchesPerEpoch) - batches;
        return done <= 0 ? TimeSpan.Zero : clock.Elapsed * Math.Max(0, left / done);
    }
}
