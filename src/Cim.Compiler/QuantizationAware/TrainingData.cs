using Cim.Training.Data;

namespace Cim.Compiler.QuantizationAware;

/// <summary>What a network is trained on before it is mapped.</summary>
/// <param name="Samples">Samples to learn from.</param>
/// <param name="Validation">Samples that choose the epoch to retain and score candidates; null if there are too few for a
/// hold-out set.</param>
/// <param name="Augmentation">What is done to samples before they are learnt from.</param>
internal sealed record TrainingData(SampleSet Samples, SampleSet? Validation, Augmentation Augmentation)
{
    /// <summary>The share of the samples in the hold-out set where no validation samples are supplied.</summary>
    public const double HoldOutShare = 0.1;

    /// <summary>Divides off a hold-out set of evenly spread samples.</summary>
    public static TrainingData Split(SampleSet samples, Augmentation augmentation)
    {
        (SampleSet training, SampleSet? validation) = TrainingSamples.Split(samples, HoldOutShare);
        return new TrainingData(training, validation, augmentation);
    }
}
