using Cim.Compiler.Export;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.Quantization;

namespace Cim.Compiler.QuantizationAware;

/// <summary>How a candidate did after a short training.</summary>
/// <param name="Score">The share of the hold-out set that is classified right; without labels, as the float network does.</param>
/// <param name="Stopped">True if the training was stopped half-way because it would have missed the budget; the score is of that
/// time.</param>
internal readonly record struct ShortScore(double Score, bool Stopped);

/// <summary>
/// Trains candidates of a search for a short time, all alike: the same few samples twice, the same order, the same hold-out set.
/// It is that of the full training, too, so the scores of both compare.
/// </summary>
internal sealed class ShortTraining
{
    /// <summary>Samples a candidate learns from by default.</summary>
    public const int DefaultSamples = 4096;

    private const int Epochs = 2;

    /// <summary>Of the order of samples: not the compilation's, so that searches of other seeds know the candidates that were trained
    /// before.</summary>
    private const ulong Seed = 0;

    /// <summary>Samples of the hold-out set that early stopping looks at; the score at the end is of all.</summary>
    private const int EarlySamples = 1024;

    private readonly TrainableNetwork _teacher;
    private readonly SampleSet _training, _validation, _early;
    private readonly Augmentation _augmentation;
    private readonly double _learningRate;
    private readonly double _earlyFloat;
    private readonly TrainingEngine _engine;

    /// <param name="graph">The float network.</param>
    /// <param name="data">The training samples, with labels or without.</param>
    /// <param name="most">A candidate learns from at most so many.</param>
    /// <param name="learningRate">As of the full training.</param>
    /// <param name="engine">What runs the arithmetic.</param>
    /// <param name="cancellation">Checked between batches.</param>
    /// <exception cref="ArgumentException">Too few samples for a hold-out set.</exception>
    public ShortTraining(Graph graph, TrainingData data, int most, double learningRate, TrainingEngine engine,
        CancellationToken cancellation)
    {
        _engine = engine;
        _teacher = TrainableNetwork.FromOnnx(OnnxExporter.Export(graph));
        if (data.Validation is not { } validation)
            throw new ArgumentException($"{data.Samples.Count} samples are too few for a hold-out set.", nameof(data));
        (_training, _augmentation, _learningRate) = (TrainingSamples.Some(data.Samples, most), data.Augmentation, learningRate);
        _validation = validation.Labels is null ? QuantizationAwareTraining.LabelledBy(_teacher, validation, cancellation) : validation;
        _early = TrainingSamples.Some(_validation, EarlySamples);
        using var predictor = new Predictor(_teacher);
        FloatScore = predictor.CountCorrect(_validation, cancellation) / (double)_validation.Count;
        _earlyFloat = predictor.CountCorrect(_early, cancellation) / (double)_early.Count;
    }

    /// <summary>Samples of the hold-out set.</summary>
    public int HoldOutCount => _validation.Count;

    /// <summary>Samples that early stopping looks at.</summary>
    public int EarlyCount => _early.Count;

    /// <summary>The score of the float network; 1 without labels.</summary>
    public double FloatScore { get; }

    /// <summary>Trains a candidate.</summary>
    /// <param name="start">Where it starts.</param>
    /// <param name="isHopeless">Looks at the score half-way, estimated on few samples by the distance from the float network; true
    /// stops.</param>
    /// <param name="isOver">Asked after every batch; true ends the training without a result.</param>
    /// <param name="cancellation">Checked between batches.</param>
    /// <returns>Null if the time was over.</returns>
    public async Task<ShortScore?> RunAsync(
        TrainingStart start, Func<double, bool> isHopeless, Func<bool> isOver, CancellationToken cancellation)
    {
        QuantizedNetwork network = StartingPoint.Of(
            start, TrainingSamples.Some(_training, QuantizationAwareTraining.StepSamples), null, cancellation);
        TrainingOptions options = QuantizationAwareTraining.Loop(
            Epochs, _learningRate, Seed, new TrainingData(_training, _early, _augmentation)) with { KeepsStart = false };
        var trainer = new Trainer(network.Network, _training, _early, options) { Teacher = _teacher, Engine = _engine };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var early = new EarlyStop(stop, score => isHopeless(FloatScore + score - _earlyFloat), isOver);
        TrainingResult result = await trainer.RunAsync(early, stop.Token);
        cancellation.ThrowIfCancellationRequested();
        if (early.IsOver) return null;
        if (early.IsStopped) return new ShortScore(FloatScore + result.BestScore - _earlyFloat, true);
        using Predictor predictor = network.CreatePredictor();
        return new ShortScore(predictor.CountCorrect(_validation, cancellation) / (double)_validation.Count, false);
    }

    /// <summary>Ends a training from within.</summary>
    private sealed class EarlyStop(
        CancellationTokenSource stop, Func<double, bool> isHopeless, Func<bool> isOver) : IProgress<TrainingProgress>
    {
        public bool IsStopped { get; private set; }

        public bool IsOver { get; private set; }

        public void Report(TrainingProgress value)
        {
            bool isLast = value.Epoch == value.Epochs && value.Batch == value.Batches;
            if (value.Accuracy is { } score && !isLast && isHopeless(score)) IsStopped = true;
            else if (!isLast && isOver()) IsOver = true;
            if (IsStopped || IsOver) stop.Cancel();
        }
    }
}
