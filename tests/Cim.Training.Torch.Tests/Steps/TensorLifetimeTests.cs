using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Training.Quantization;
using Cim.Training.Tests;
using TorchSharp;
using Xunit;

namespace Cim.Training.Torch.Tests.Steps;

/// <summary>The tensors of a process are counted, so nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(TensorLifetimeTests), DisableParallelization = true)]
[Collection(nameof(TensorLifetimeTests))]
public sealed class TensorLifetimeTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Tensors_of_a_step_end_with_it(bool isQuantized)
    {
        TrainableNetwork network = SmallNetworks.Dense(1);
        if (isQuantized)
            network = QuantizedNetwork.Create(network, SmallNetworks.Quadrants(32, 1), new QuantizationOptions()).Network;
        var counts = new List<long>();
        var options = new TrainingOptions
        {
            Epochs = 4,
            BatchSize = 16,
            BatchStatistics = !isQuantized,
            Optimizer = new OptimizerOptions { LearningRate = 0.005, StepRate = 0.1, ClipNorm = 5 },
        };
        await new Trainer(network, SmallNetworks.Quadrants(320, 1), null, options) { Engine = TorchMachine.Engine }
            .RunAsync(new Counter(counts));
        Assert.True(counts[70] <= counts[25] + 8, $"{counts[25]} tensors in the second epoch, {counts[70]} in the fourth");
    }

    private sealed class Counter(List<long> counts) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => counts.Add(torch.Tensor.TotalCount);
    }
}
