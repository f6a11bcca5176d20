using Cim.Bench.Common;

namespace Cim.Bench.Zoo;

/// <summary>The networks of the zoo, the smallest first: a run that is stopped early has measured many.</summary>
internal static class ZooNetworks
{
    /// <summary>Names for options.</summary>
    public static string[] Names { get; } =
    [
        "motion", "lstm", "mnist-conv", "lenet", "mnist-net", "autoencoder", "bert", "ds_cnn", "conv1d", "gru", "vit", "squeeze",
        "inverted", "dense", "resnet8", "vgg", "resnet20",
    ];

    /// <summary>Whether all there is for calibration are samples that the network was trained on, which nobody should do.</summary>
    public static bool KnowsItsCalibration(string name) => name is "mnist-conv" or "mnist-net" or "resnet8" or "resnet20";

    /// <summary>A network; its data are looked for when they are read.</summary>
    public static ZooNetwork Of(string name, BenchRun run)
    {
        var sources = new ZooSources(run);
        string Own(string kind) => Path.Combine(run.Repository.Bench, "networks", "zoo", kind + ".onnx");
        string Sample(params string[] parts) => Path.Combine([run.Repository.Root, "samples", .. parts]);
        string Shared(string file) => Path.Combine(run.Repository.SharedData, "onnx", file);
        return name switch
        {
            "motion" => Network("MLP on movements", Sample("MotionSensor", "models", "motion.onnx"), sources.Motion) with
            {
                Scale = "8/255", Mean = "4",
            },
            "lstm" => Network("LSTM", Own(name), ZooSources.Digits) with { Scale = "1/16" },
            "mnist-conv" => Network("plain CNN", Shared("mnist-conv_model.onnx"), sources.Mnist),
            "lenet" => Network("plain CNN", Sample("FashionMnist", "models", "fashion.onnx"), sources.FashionSample) with
            {
                Scale = "1/255",
            },
            "mnist-net" => Network("MLP", Shared("mnist-net_256x2.onnx"), sources.Mnist) with { Scale = "1/255" },
            "autoencoder" => Network("autoencoder, image to image", Own(name), sources.FashionWithoutLabels) with
            {
                Scale = "1/255", IsLabelled = false,
            },
            "bert" => Network("BERT-like", Own(name), ZooSources.Words),
            "ds_cnn" => Network("depthwise, keywords", Shared("ds_cnn_fixed.onnx"), sources.Keywords) with
            {
                Scale = "0.5847029", Mean = "48.5303407",
            },
            "conv1d" => Fashion("1-D convolution"),
            "gru" => Fashion("GRU"),
            "vit" => Fashion("ViT"),
            "squeeze" => Fashion("squeeze-and-excite, residual"),
            "inverted" => Fashion("inverted residuals, depthwise"),
            "dense" => Fashion("dense connections"),
            "resnet8" => Network("residual", Shared("resnet8.onnx"), sources.Cifar),
            "vgg" => Network(
                "plain CNN, deeper", Path.Combine(run.Repository.Bench, "networks", "fashion-vgg.onnx"), sources.FashionHeldOut) with
            {
                Scale = "1/255", Mean = "0.286", StandardDeviation = "0.353",
            },
            "resnet20" => Network("residual, deeper", Shared("resnet20_cifar10.onnx"), sources.Cifar) with
            {
                Scale = "1/255", Mean = "0.485,0.456,0.406", StandardDeviation = "0.229,0.224,0.225",
            },
            _ => throw new BenchException($"There is no network '{name}', only {string.Join(", ", Names)}."),
        };

        ZooNetwork Network(string kind, string model, Func<ZooSplit> samples) =>
            new() { Name = name, Kind = kind, Model = model, Samples = samples };

        ZooNetwork Fashion(string kind) => Network(kind, Own(name), sources.Fashion) with { Scale = "1/255" };
    }
}
