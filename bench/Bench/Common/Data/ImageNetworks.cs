namespace Cim.Bench.Common.Data;

/// <summary>The networks that most topics measure, with the data of each.</summary>
internal static class ImageNetworks
{
    /// <summary>Names for options.</summary>
    public static string[] Names { get; } = ["lenet", "vgg", "resnet20"];

    /// <summary>The same for topics on Fashion-MNIST alone.</summary>
    public static string[] FashionNames { get; } = ["lenet", "vgg"];

    /// <summary>A network; that its files exist is checked where they are read.</summary>
    public static ImageNetwork Of(string name, Repository repository) => name switch
    {
        "lenet" => Fashion(repository, name, ["samples", "FashionMnist", "models", "fashion.onnx"], 3000) with { Scale = "1/255" },
        "vgg" => Fashion(repository, name, ["bench", "networks", "fashion-vgg.onnx"], 1200) with
        {
            Scale = "1/255", Mean = "0.286", StandardDeviation = "0.353",
        },
        "resnet20" => new ImageNetwork
        {
            Name = name,
            Model = repository.Shared("onnx", "resnet20_cifar10.onnx"),
            Calibration = repository.Shared("cifar10", "train_data_batch_1_first4000.bin"),
            Test = repository.Shared("cifar10", "test_batch_first932.bin"),
            Training = CifarImages.Training(repository),
            Scale = "1/255",
            Mean = "0.485,0.456,0.406",
            StandardDeviation = "0.229,0.224,0.225",
        },
        _ => throw new BenchException($"There is no network '{name}', only {string.Join(", ", Names)}."),
    };

    private static ImageNetwork Fashion(Repository repository, string name, string[] model, int holdOut)
    {
        string training = repository.Fashion("train-images-idx3-ubyte.gz");
        return new ImageNetwork
        {
            Name = name,
            Model = Path.Combine([repository.Root, .. model]),
            Calibration = training,
            Test = repository.Fashion("t10k-images-idx3-ubyte.gz"),
            Training = new IdxImages(training),
            HoldOut = holdOut,
        };
    }
}
