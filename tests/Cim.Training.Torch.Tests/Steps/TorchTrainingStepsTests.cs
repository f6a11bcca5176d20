using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Training.Quantization;
using Cim.Training.Tests;
using Xunit;

namespace Cim.Training.Torch.Tests.Steps;

/// <summary>Whole trainings: the engine on the device does what the one on the host does.</summary>
public sealed class TorchTrainingStepsTests
{
    private static readonly TrainingOptions _options = new()
    {
        Epochs = 1,
        BatchSize = 16,
        Optimizer = new OptimizerOptions { LearningRate = 0.02, ClipNorm = 5 },
    };

    public static TheoryData<string> Settings => ["sgd", "adamw", "images", "mixup", "average", "teacher", "no labels"];

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Twenty_steps_give_the_weights_the_host_gives(string setting)
    {
        TrainingOptions options = setting switch
        {
            // With statistics of the batch, biases before them have gradients of rounding errors alone, which Adam scales up.
            "adamw" => _options with
            {
                BatchStatistics = false,
                Optimizer = new OptimizerOptions { Kind = OptimizerKind.AdamW, LearningRate = 0.005 },
            },
            "images" => _options with { Augmentation = new Augmentation { Shift = 2, Flip = true, Cutout = 3 } },
            "mixup" => _options with { Mixup = 0.4, LabelSmoothing = 0.1 },
            "average" => _options with { AverageDecay = 0.9 },
            "teacher" => _options with { DistillationWeight = 0.5, DistillationTemperature = 4 },
            _ => _options,
        };
        float[][] host = await TrainAsync(TrainingEngine.Default, options, setting);
        float[][] device = await TrainAsync(TorchMachine.Engine, options, setting);
        Near(host, device, 2e-3);
    }

    [Fact]
    public async Task Pruned_weights_stay_zero_and_steps_positive()
    {
        TrainableNetwork network = SmallNetworks.Dense(1);
        Parameter weights = network.Parameters.First(p => p.Role == ParameterRole.Weight);
        weights.Mask = [.. weights.Values.Select((_, i) => i % 2 == 0 ? 0f : 1f)];
        Parameter bias = network.Parameters.First(p => p.Role == ParameterRole.Bias);
        bias.Minimum = 0.25f;
        await RunAsync(network, TorchMachine.Engine, _options);
        Assert.All(weights.Values.Where((_, i) => i % 2 == 0), value => Assert.Equal(0, value));
        Assert.All(bias.Values, value => Assert.True(value >= 0.25f));
    }

    [Fact]
    public async Task Quantizers_and_drawn_errors_train_alike()
    {
        float[][] host = await TrainQuantizedAsync(TrainingEngine.Default), device = await TrainQuantizedAsync(TorchMachine.Engine);
        Near([[.. host.SelectMany(values => values)]], [[.. device.SelectMany(values => values)]], 2e-2);
    }

    [Fact]
    public async Task A_checkpoint_of_one_engine_is_resumed_by_the_other()
    {
        string path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        try
        {
            TrainingOptions options = _options with { Epochs = 2, Checkpoint = path };
            TrainableNetwork network = SmallNetworks.Dense(1);
            using var stop = new CancellationTokenSource();
            await RunAsync(network, TrainingEngine.Default, options, new Stop(stop), stop.Token);
            TrainableNetwork resumed = SmallNetworks.Dense(1);
            TrainingResult result = await RunAsync(resumed, TorchMachine.Engine, options);
            Assert.Equal(2, result.Losses.Count);
            float[][] whole = await TrainAsync(TrainingEngine.Default, _options with { Epochs = 2 }, "");
            Near(whole, [.. resumed.Parameters.Select(p => p.Values), .. resumed.Controls.Select(c => c.Values)], 5e-3);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task The_hold_out_set_is_scored_as_on_the_host()
    {
        TrainableNetwork network = SmallNetworks.Dense(1);
        SampleSet validation = SmallNetworks.Quadrants(300, 2);
        TrainingResult result = await new Trainer(network, SmallNetworks.Quadrants(512, 1), validation, _options with { Epochs = 5 })
        {
            Engine = TorchMachine.Engine,
        }.RunAsync();
        Assert.True(result.BestScore > 0.9, $"{result.BestScore}");
        using var predictor = new Cim.Training.Ort.Predictor(network);
        Assert.Equal(result.BestScore, predictor.CountCorrect(validation) / 300.0, 0.01);
    }

    private static async Task<float[][]> TrainAsync(TrainingEngine engine, TrainingOptions options, string setting)
    {
        TrainableNetwork network = SmallNetworks.Dense(1);
        SampleSet samples = SmallNetworks.Quadrants(320, 1);
        if (setting == "no labels")
            samples = new SampleSet(samples.Values, samples.Shape, null);
        var trainer = new Trainer(network, samples, null, options)
        {
            Engine = engine,
            Teacher = setting is "teacher" or "no labels" ? SmallNetworks.Dense(2) : null,
        };
        TrainingResult result = await trainer.RunAsync();
        Assert.Equal(options.Epochs, result.Epochs);
        return [.. network.Parameters.Select(p => p.Values), .. network.Controls.Select(c => c.Values)];
    }

    private static async Task<float[][]> TrainQuantizedAsync(TrainingEngine engine)
    {
        TrainableNetwork network = SmallNetworks.Dense(1);
        SampleSet samples = SmallNetworks.Quadrants(320, 1);
        QuantizedNetwork quantized = QuantizedNetwork.Create(
            network, samples, new QuantizationOptions { WeightBits = 4, ActivationBits = 4, Noise = new HardwareNoise(64, 0.05, 0) });
        await new Trainer(quantized.Network, samples, null, _options with
        {
            BatchStatistics = false,
            Optimizer = new OptimizerOptions { LearningRate = 0.005, StepRate = 0.1, ClipNorm = 5 },
        })
        {
            Engine = engine,
            Teacher = network,
            BeforeBatch = batch => quantized.DrawProgrammingErrors(1, batch),
            BeforeValidation = quantized.ClearProgrammingErrors,
        }.RunAsync();
        return [.. quantized.Network.Parameters.Select(p => p.Values)];
    }

    private static Task<TrainingResult> RunAsync(
        TrainableNetwork network, TrainingEngine engine, TrainingOptions options, IProgress<TrainingProgress>? progress = null,
        CancellationToken cancellation = default) =>
        new Trainer(network, SmallNetworks.Quadrants(320, 1), null, options) { Engine = engine }.RunAsync(progress, cancellation);

    private static void Near(float[][] expected, float[][] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int p = 0; p < expected.Length; p++)
        {
            double norm = Math.Sqrt(expected[p].Sum(value => (double)value * value));
            double distance = Math.Sqrt(expected[p].Zip(actual[p], (a, b) => ((double)a - b) * ((double)a - b)).Sum());
            Assert.True(
                distance <= (tolerance * norm) + 1e-3, FormattableString.Invariant($"array {p}: norm {norm:G5}, distance {distance:G5}"));
        }
    }

    private sealed class Stop(CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value is { Epoch: 2 })
                source.Cancel();
        }
    }
}
