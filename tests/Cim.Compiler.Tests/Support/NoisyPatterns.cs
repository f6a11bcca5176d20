using Cim.Compiler.Ort;
using Cim.Compiler.Tests.Data;
using Cim.Training.Data;
using Cim.Training.Loop;
using Cim.Training.Networks;
using Cim.Training.Optimization;
using Cim.Tests.Shared;
using Google.Protobuf;

namespace Cim.Compiler.Tests.Support;

/// <summary>Images of noise around one of ten patterns, which a small network learns in seconds and not perfectly, and such
/// networks.</summary>
internal static class NoisyPatterns
{
    public const int Classes = 10;

    private const int Side = 8, Pixels = Side * Side;

    /// <summary>Labelled images [1, 8, 8]; the patterns are the same for every seed.</summary>
    public static SampleSet Samples(int count, ulong seed)
    {
        (var patterns, var noise) = (new NormalSequence(1), new NormalSequence(seed));
        float[] centres = [.. Enumerable.Range(0, Classes * Pixels).Select(_ => patterns.Next())];
        int[] labels = [.. Enumerable.Range(0, count).Select(i => (i * 7) % Classes)];
        return new SampleSet(
            [.. Enumerable.Range(0, count * Pixels)
                .Select(i => centres[(labels[i / Pixels] * Pixels) + (i % Pixels)] + (1.3f * noise.Next()))], [1, Side, Side], labels);
    }

    /// <summary>A network of the given layers trained on so many of them.</summary>
    public static byte[] Network(int samples, int epochs, double rate, params string[] layers)
    {
        TrainableNetwork network = TrainableNetwork.FromOnnx(Architecture.Build([1, Side, Side], layers));
        FreshWeights.Initialize(network, 1);
        var options = new TrainingOptions { Epochs = epochs, BatchSize = 32, Optimizer = new OptimizerOptions { LearningRate = rate } };
        new Trainer(network, Samples(samples, 2), null, options).RunAsync().GetAwaiter().GetResult();
        return network.ToOnnx().ToByteArray();
    }

    /// <summary>Writes images as an .npz file and returns its path.</summary>
    public static string Write(TemporaryFolder folder, string name, int count, ulong seed, bool labelled = true)
    {
        SampleSet samples = Samples(count, seed);
        (string, byte[])[] arrays = [("x", DataFiles.Npy("<f4", [count, 1, Side, Side], DataFiles.Floats(samples.Values)))];
        return folder.Write(name, DataFiles.Npz(labelled
            ? [.. arrays, ("y", DataFiles.Npy("<i8", [count], DataFiles.Longs([.. samples.Labels!.Select(l => (long)l)])))]
            : arrays));
    }
}
