using Cim.Bench.Common;
using Cim.Bench.Common.Data;

namespace Cim.Bench.Accuracy;

/// <summary>The rows of each network.</summary>
internal static class AccuracyCases
{
    /// <summary>The networks there are.</summary>
    public static string[] Names { get; } = ["mnist-conv", "mnist-net", "resnet20", "resnet8", "ds_cnn"];

    /// <summary>The rows of one network.</summary>
    public static AccuracyCase[] Of(string network, BenchRun run) => network switch
    {
        "mnist-conv" => [Mnist(run, network, "mnist-conv_model.onnx", 9880)],
        "mnist-net" => [Mnist(run, network, "mnist-net_256x2.onnx", 9800) with { Preprocessing = ["--scale", "1/255"] }],
        "resnet20" => ResNet20(run),
        "resnet8" => [Cifar(run, network, "resnet8.onnx", 812)],
        _ => [KeywordSpotting(run, network)],
    };

    private static AccuracyCase[] ResNet20(BenchRun run)
    {
        AccuracyCase eight = Cifar(run, "resnet20", "resnet20_cifar10.onnx", 848) with
        {
            Preprocessing = ImageNetworks.Of("resnet20", run.Repository).Preprocessing,
        };
        return
        [
            eight,
            eight with { Fidelity = "adc", Target = 840 },
            eight with { WeightBits = 4, Target = 780 },
            eight with { WeightBits = 4, ActivationBits = 4, Target = 0 },
        ];
    }

    private static AccuracyCase Cifar(BenchRun run, string network, string model, int target) => new()
    {
        Network = network, Model = run.Repository.Shared("onnx", model), Target = target,
        Calibration = run.Repository.Shared("cifar10", "train_data_batch_1_first4000.bin"),
        Evaluation = run.Repository.Shared("cifar10", "test_batch_first932.bin"),
    };

    private static AccuracyCase Mnist(BenchRun run, string network, string model, int target)
    {
        string folder = MnistPackage.Folder(run.Artifacts);
        return new AccuracyCase
        {
            Network = network, Model = run.Repository.Shared("onnx", model), Target = target,
            Calibration = Path.Combine(folder, "train-images-idx3-ubyte"), Evaluation = Path.Combine(folder, "t10k-images-idx3-ubyte"),
        };
    }

    private static AccuracyCase KeywordSpotting(BenchRun run, string network)
    {
        string clips = KeywordClips.Write(run);
        return new AccuracyCase
        {
            Network = network, Model = run.Repository.Shared("onnx", "ds_cnn_fixed.onnx"), Target = 895, Calibration = clips,
            Evaluation = clips, Preprocessing = ["--scale", "0.5847029", "--mean", "48.5303407"],
        };
    }
}
