using Cim.Training.Data;
using Cim.Training.Networks;

namespace Cim.Training.Tests;

/// <summary>Networks and data small enough for tests.</summary>
internal static class SmallNetworks
{
    /// <summary>A network of the given layers over [1, 8, 8] images with random weights.</summary>
    public static TrainableNetwork Build(long seed, params string[] layers)
    {
        TrainableNetwork network = TrainableNetwork.FromOnnx(Architecture.Build([1, 8, 8], layers));
        FreshWeights.Initialize(network, seed);
        return network;
    }

    /// <summary>Two convolutions with normalization, and a head.</summary>
    public static TrainableNetwork Convolutional(long seed) => Build(
        seed, "conv 8 3x3 pad 1", "batchnorm", "relu", "maxpool 2", "conv 8 3x3 pad 1", "batchnorm", "relu", "globalavgpool", "linear 4");

    /// <summary>Images whose class is the quadrant that holds a bright spot, in noise.</summary>
    public static SampleSet Quadrants(int count, int seed)
    {
        var random = new Random(seed);
        var values = new float[count * 64];
        var labels = new int[count];
        for (int n = 0; n < count; n++)
        {
            labels[n] = random.Next(4);
            for (int i = 0; i < 64; i++)
                values[(n * 64) + i] = (float)(0.3 * random.NextDouble());
            int y = (4 * (labels[n] / 2)) + random.Next(3);
            int x = (4 * (labels[n] % 2)) + random.Next(3);
            foreach (int offset in new[] { 0, 1, 8, 9 })
                values[(n * 64) + (y * 8) + x + offset] += 1;
        }

        return new SampleSet(values, [1, 8, 8], labels);
    }

    /// <summary>Flattened layers that can learn the quadrants.</summary>
    public static TrainableNetwork Dense(long seed) =>
        Build(seed, "conv 8 3x3 pad 1", "batchnorm", "relu", "maxpool 2", "linear 16", "relu", "linear 4");
}
