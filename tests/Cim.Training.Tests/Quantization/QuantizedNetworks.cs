using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Training.Ort;
using Cim.Training.Quantization;

namespace Cim.Training.Tests.Quantization;

/// <summary>Small networks, trained and quantized.</summary>
internal static class QuantizedNetworks
{
    public static TrainingOptions Loop => new() { Epochs = 6, BatchSize = 16, BatchStatistics = true };

    public static TrainingOptions Tuning => Loop with
    {
        BatchStatistics = false, DistillationWeight = 0.5, Optimizer = new() { LearningRate = 0.02, StepRate = 0.1, ClipNorm = 5 },
    };

    public static (TrainableNetwork Network, SampleSet Training, SampleSet Test) TrainedOnQuadrants(int seed)
    {
        TrainableNetwork network = SmallNetworks.Dense(seed);
        SampleSet training = SmallNetworks.Quadrants(512, seed);
        new Trainer(network, training, null, Loop).RunAsync().GetAwaiter().GetResult();
        return (network, training, SmallNetworks.Quadrants(200, -seed));
    }

    /// <summary>Half a mistake more, so that a network without any has a ratio, too.</summary>
    public static double Mistakes(Predictor predictor, SampleSet test) => test.Count - predictor.CountCorrect(test) + 0.5;

    /// <summary>Three dense layers, quantized on samples of either sign.</summary>
    public static QuantizedNetwork Dense(int weightBits, int activationBits)
    {
        TrainableNetwork network = SmallNetworks.Dense(3);
        SampleSet samples = SmallNetworks.Quadrants(64, 4);
        for (int i = 0; i < samples.Values.Length; i++)
            samples.Values[i] -= 0.2f;
        return QuantizedNetwork.Create(
            network, samples, new QuantizationOptions { WeightBits = weightBits, ActivationBits = activationBits, EdgeBits = 0 });
    }
}
