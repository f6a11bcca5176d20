using Cim.Compiler.Data;

namespace Cim.Search.Bench;

/// <summary>A network of the tables, with the samples it is searched and tested on.</summary>
internal sealed record Network(
    string Name, string Model, string Calibration, string Test, string? Scale, string? Mean, string? Std, int Samples)
{
    public Preprocessing Preprocessing => Preprocessing.Parse(Scale, Mean, Std);

    /// <summary>The networks whose files are here.</summary>
    /// <param name="repository">Its root.</param>
    public static Network[] All(string repository)
    {
        string shared = Environment.GetEnvironmentVariable("CIM_SHARED_DATA") ?? Path.Combine(repository, "..", "shared", "data");
        string fashion = Environment.GetEnvironmentVariable("FASHION_MNIST") ?? "/usr/share/datasets/fashion-mnist";
        (string train, string test) = (
            Path.Combine(fashion, "train-images-idx3-ubyte.gz"), Path.Combine(fashion, "t10k-images-idx3-ubyte.gz"));
        return
        [
            new("resnet20", Path.Combine(shared, "onnx", "resnet20_cifar10.onnx"),
                Path.Combine(shared, "cifar10", "train_data_batch_1_first4000.bin"),
                Path.Combine(shared, "cifar10", "test_batch_first932.bin"), "1/255", "0.485,0.456,0.406", "0.229,0.224,0.225", 1536),
            new("lenet", Path.Combine(repository, "samples", "FashionMnist", "models", "fashion.onnx"), train, test, "1/255", null, null,
                6144),
            new("vgg", Path.Combine(repository, "bench", "networks", "fashion-vgg.onnx"), train, test, "1/255", "0.286", "0.353", 3072),
        ];
    }
}
