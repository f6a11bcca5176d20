using Cim.Training.Data;

namespace Cim.Compiler.QuantizationAware;

/// <summary>What a network is trained on before it is mapped.</summary>
/// <param name="Samples">Samples to learn from.</param>
/// <param name="Validation">Samples that choose the epoch to keep and judge candidates; null if there are too few to hold any
/// apart.</param>
/// <param name="Augmentation">What is done to samples before they are learnt from.</param>
internal sealed record TrainingData(SampleSet Samples, SampleSet? Validation, Augmentation Augmentation)
{
    /// <summary>The share of the samples that is held apart where nobody gave other ones.</summary>
    public const double HeldApart = 0.1;

    /// <summary>Holds evenly spread samples apart.</summary>
    public static TrainingData Split(SampleSet samples, Augmentation augmentation)
    {
        (SampleSet training, SampleSet? validation) = TrainingSamples.Split(samples, HeldApart);
        return new TrainingData(training, validation, augmentation);
    }
}
