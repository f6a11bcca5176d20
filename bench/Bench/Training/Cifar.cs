using Cim.Bench.Common;
using Cim.Bench.Common.Data;
using Cim.Onnx.Building;
using Cim.Training.Data;
using Cim.Training.Networks;

namespace Cim.Bench.Training;

/// <summary>ResNet-20 and CIFAR-10 of the shared data, as the training library reads them.</summary>
internal static class Cifar
{
    private const int Pixels = 3 * 32 * 32;

    private static readonly float[] _mean = [0.485f, 0.456f, 0.406f];

    private static readonly float[] _deviation = [0.229f, 0.224f, 0.225f];

    /// <summary>The network.</summary>
    public static TrainableNetwork ResNet20(BenchRun run) =>
        TrainableNetwork.FromOnnx(ModelFile.Load(run.Repository.Shared("onnx", "resnet20_cifar10.onnx")));

    /// <summary>The 7,728 training images.</summary>
    public static SampleSet Training(BenchRun run) => Read(CifarImages.Training(run.Repository));

    /// <summary>The 932 test images.</summary>
    public static SampleSet Test(BenchRun run) => Read(CifarImages.Test(run.Repository));

    private static SampleSet Read(CifarImages images)
    {
        var values = new float[images.Count * Pixels];
        var labels = new int[images.Count];
        for (int i = 0; i < images.Count; i++)
        {
            ReadOnlySpan<byte> record = images.Records.Slice(i * CifarImages.RecordBytes, CifarImages.RecordBytes);
            labels[i] = record[0];
            for (int p = 0; p < Pixels; p++)
                values[(i * Pixels) + p] = ((record[p + 1] / 255f) - _mean[p / 1024]) / _deviation[p / 1024];
        }

        return new SampleSet(values, [3, 32, 32], labels);
    }
}
