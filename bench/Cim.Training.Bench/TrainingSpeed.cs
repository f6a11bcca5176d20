using System.Diagnostics;
using System.Globalization;
using Cim.Training.Data;
using Cim.Training.Engine;
using Cim.Training.Losses;
using Cim.Training.Networks;
using Cim.Training.Ort;

namespace Cim.Training.Bench;

/// <summary>
/// Time of forward + backward on ResNet-20 (fixed statistics), in milliseconds and GFLOP/s. Operations are counted as
/// 6 per multiplication of the forward pass: two for forward, two for each gradient.
/// </summary>
internal static class TrainingSpeed
{
    private const double ForwardMacs = 40.8e6;

    public static void Run(Arguments arguments)
    {
        int threads = arguments.Integer("--threads", 2);
        int batch = arguments.Integer("--batch", 64);
        int repetitions = arguments.Integer("--repetitions", 12);
        TrainableNetwork network = Cifar.ResNet20();
        SampleSet samples = Cifar.Test();
        using var engine = new OrtGradientEngine(new GradientRequest(network, new CrossEntropy(), batch) { Parts = threads });
        float[] targets = new float[batch * 10];
        for (int i = 0; i < batch; i++)
            targets[(i * 10) + samples.Labels![i]] = 1;
        var inputs = new Dictionary<string, float[]> { [network.InputName] = samples.Values, [Objective.Targets] = targets };
        float loss = engine.Run(inputs);
        var times = new List<double>();
        for (int i = 0; i < repetitions; i++)
        {
            var clock = Stopwatch.StartNew();
            engine.Run(inputs);
            times.Add(clock.Elapsed.TotalMilliseconds);
        }

        times.Sort();
        double best = times[0];
        double median = times[times.Count / 2];
        double gflop = 6 * ForwardMacs * batch / 1e9;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"loss {loss:F4}  batch {batch}  threads {threads}  best {best:F1} ms ({gflop / best * 1000:F1} GFLOP/s)  median {median:F1} "
                + $"ms ({gflop / median * 1000:F1} GFLOP/s)"));
    }
}
