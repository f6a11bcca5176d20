using System.Runtime.CompilerServices;
using Xunit;

namespace Cim.Training.Tests;

/// <summary>A test of the networks in <c>../shared/data</c>, which are not part of the repository.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedDataFactAttribute : FactAttribute
{
    public SharedDataFactAttribute([CallerFilePath] string? file = null, [CallerLineNumber] int line = -1)
        : base(file, line)
    {
        if (SharedData.Root is null)
            Skip = "shared/data was not found beside the repository";
    }
}

internal static class SharedData
{
    /// <summary>The folder, looked for upwards from the test's folder, or null.</summary>
    public static string? Root { get; } = Find();

    private static string? Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string candidate = Path.Combine(folder.FullName, "shared", "data");
            if (File.Exists(Path.Combine(candidate, "onnx", "resnet20_cifar10.onnx")))
                return candidate;
        }

        return null;
    }

    /// <summary>The first CIFAR-10 test images, normalized as ResNet-20 wants them.</summary>
    public static Data.SampleSet Images(int count)
    {
        const int Pixels = 3 * 32 * 32;
        float[] mean = [0.485f, 0.456f, 0.406f];
        float[] deviation = [0.229f, 0.224f, 0.225f];
        byte[] bytes = File.ReadAllBytes(Path.Combine(Root!, "cifar10", "test_batch_first932.bin"));
        var values = new float[count * Pixels];
        var labels = new int[count];
        for (int i = 0; i < count; i++)
        {
            labels[i] = bytes[i * (Pixels + 1)];
            for (int p = 0; p < Pixels; p++)
                values[(i * Pixels) + p] = ((bytes[(i * (Pixels + 1)) + 1 + p] / 255f) - mean[p / 1024]) / deviation[p / 1024];
        }

        return new Data.SampleSet(values, [3, 32, 32], labels);
    }

    public static Networks.TrainableNetwork ResNet20() => Networks.TrainableNetwork.FromOnnx(
        Onnx.Building.ModelFile.Load(Path.Combine(Root!, "onnx", "resnet20_cifar10.onnx")));
}
