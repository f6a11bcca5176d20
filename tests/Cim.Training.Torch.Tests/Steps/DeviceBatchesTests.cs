using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Losses;
using Cim.Training.Tests;
using Cim.Training.Torch.Steps;
using TorchSharp;
using Xunit;

namespace Cim.Training.Torch.Tests.Steps;

/// <summary>Batches made on the device against those made on the host.</summary>
public sealed class DeviceBatchesTests
{
    [Theory]
    [InlineData(0, false, 0, 0)]
    [InlineData(2, false, 0, 0)]
    [InlineData(0, true, 0, 0)]
    [InlineData(3, true, 3, 0)]
    [InlineData(1, true, 4, 0.5)]
    public async Task Batches_are_those_of_the_host(int shift, bool flip, int cutout, double mixup)
    {
        _ = TorchMachine.Engine;
        SampleSet samples = SmallNetworks.Quadrants(50, 1);
        var options = new BatchOptions
        {
            BatchSize = 16,
            Seed = 9,
            Augmentation = new Augmentation { Shift = shift, Flip = flip, Cutout = cutout },
            LabelSmoothing = 0.1,
            Mixup = mixup,
        };
        var host = new BatchSource(samples, 4, "x", options, null);
        using var device = new DeviceBatches(samples, 4, options, torch.CPU);
        Assert.Equal(host.Batches, device.Count);
        for (int epoch = 0; epoch < 2; epoch++)
        {
            device.Begin(epoch);
            int number = 0;
            await foreach (Dictionary<string, float[]> batch in host.Epoch(epoch, CancellationToken.None))
            {
                (torch.Tensor inputs, torch.Tensor? targets) = device.Make(number++);
                Equal(batch["x"], inputs);
                Equal(batch[Objective.Targets], targets!);
            }
        }
    }

    private static void Equal(float[] expected, torch.Tensor actual)
    {
        float[] values = actual.contiguous().data<float>().ToArray();
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < values.Length; i++)
            Assert.Equal(expected[i], values[i], 1e-6f);
    }
}
