using System.Diagnostics;
using System.Globalization;
using Cim.Training.Data;
using Cim.Training.Networks;
using Cim.Training.Ort;
using Cim.Training.PostTraining;
using Cim.Training.Quantization;

namespace Cim.Training.Bench;

/// <summary>Quantization of ResNet-20 from 512 unlabelled images: steps, bias correction, learned rounding.</summary>
internal static class PostTrainingQuantization
{
    public static void Run(Arguments arguments)
    {
        var bits = new QuantizationOptions
        {
            WeightBits = arguments.Integer("--weight-bits", 4),
            ActivationBits = arguments.Integer("--activation-bits", 4),
        };
        TrainableNetwork network = BatchNormalizationFolding.Apply(Cifar.ResNet20());
        SampleSet calibration = Cifar.Training().Range(0, 512);
        SampleSet test = Cifar.Test();
        QuantizedNetwork quantized = QuantizedNetwork.Create(network, calibration, bits);
        using Predictor predictor = quantized.CreatePredictor();
        Report($"w{bits.WeightBits}a{bits.ActivationBits} steps: {predictor.CountCorrect(test)}/{test.Count}");
        BiasCorrection.Apply(quantized, calibration);
        Report($"bias correction: {predictor.CountCorrect(test)}/{test.Count}");
        var clock = Stopwatch.StartNew();
        LearnedRounding.Apply(quantized, calibration, new LearnedRoundingOptions { Iterations = arguments.Integer("--iterations", 600) });
        Report($"learned rounding: {predictor.CountCorrect(test)}/{test.Count} in {clock.Elapsed.TotalMinutes:F1} min");
        BiasCorrection.Apply(quantized, calibration);
        Report($"bias correction: {predictor.CountCorrect(test)}/{test.Count}");
    }

    private static void Report(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
