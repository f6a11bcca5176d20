using Cim.Onnx.Building;
using Cim.Training.Data;
using Cim.Training.Networks;

namespace Cim.Training.Bench;

/// <summary>ResNet-20 and CIFAR-10 from the shared data beside the repository.</summary>
internal static class Cifar
{
    private const int Pixels = 3 * 32 * 32;

    private static readonly float[] _mean = [0.485f, 0.456f, 0.406f];

    private static readonly float[] _deviation = [0.229f, 0.224f, 0.225f];

    /// <summary>The folder <c>shared/data</c>, looked for upwards from the program.</summary>
    public static string Root
    {
        get
        {
            for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                string candidate = Path.Combine(folder.FullName, "shared", "data");
                if (Directory.Exists(candidate))
                    return candidate;
            }

            throw new DirectoryNotFoundException("shared/data was not found beside the repository");
        }
    }

    public static TrainableNetwork ResNet20() =>
        TrainableNetwork.FromOnnx(ModelFile.Load(Path.Combine(Root, "onnx", "resnet20_cifar10.onnx")));

    /// <summary>The 7,728 training images.</summary>
    public static SampleSet Training() => Read("train_data_batch_1_first4000.bin", "train_batches_2to5_first932.bin");

    /// <summary>The 932 test images.</summary>
    public static SampleSet Test() => Read("test_batch_first932.bin");

    private static SampleSet Read(params string[] files)
    {
        byte[] bytes = [.. files.SelectMany(file => File.ReadAllBytes(Path.Combine(Root, "cifar10", file)))];
        int count = bytes.Length / (Pixels + 1);
        var values = new float[count * Pixels];
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> record = bytes.AsSpan(i * (Pixels + 1), Pixels + 1);
            labels[i] = record[0];
            for (int p = 0; p < Pixels; p++)
                values[(i * Pixels) + p] = ((record[p + 1] / 255f) - _mean[p / 1024]) / _deviation[p / 1024];
        }

        return new SampleSet(values, [3, 32, 32], labels);
    }
}
