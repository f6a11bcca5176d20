namespace Cim.Bench.Common;

/// <summary>The folders of the repository, and those of the data that are not part of it.</summary>
internal sealed record Repository
{
    /// <summary>The folder of <c>Cim.Sdk.sln</c>.</summary>
    public required string Root { get; init; }

    /// <summary>Networks, CIFAR-10 and keyword spotting: <c>CIM_SHARED_DATA</c>, or <c>../shared/data</c> beside the repository.</summary>
    public required string SharedData { get; init; }

    /// <summary>Fashion-MNIST: <c>FASHION_MNIST</c>, or the folder of the Debian package <c>dataset-fashion-mnist</c>.</summary>
    public required string FashionMnist { get; init; }

    /// <summary>The folder <c>bench</c>.</summary>
    public string Bench => Path.Combine(Root, "bench");

    /// <summary>Looks upwards from the program.</summary>
    public static Repository Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (!File.Exists(Path.Combine(folder.FullName, "Cim.Sdk.sln"))) continue;
            return new Repository
            {
                Root = folder.FullName,
                SharedData = Environment.GetEnvironmentVariable("CIM_SHARED_DATA")
                    ?? Path.GetFullPath(Path.Combine(folder.FullName, "..", "shared", "data")),
                FashionMnist = Environment.GetEnvironmentVariable("FASHION_MNIST") ?? "/usr/share/datasets/fashion-mnist",
            };
        }

        throw new BenchException("The program is not inside the repository (no Cim.Sdk.sln above it).");
    }

    /// <summary>Where a topic's committed results are.</summary>
    public string Results(string topic) => Path.Combine(Bench, "results", topic);

    /// <summary>Where a topic stores what it can make again.</summary>
    public string Artifacts(string topic) => Directory.CreateDirectory(Path.Combine(Root, "artifacts", "bench", topic)).FullName;

    /// <summary>A file of the shared data.</summary>
    public string Shared(params string[] parts) => BenchException.RequireFile(
        Path.Combine([SharedData, .. parts]), "Set CIM_SHARED_DATA to the folder with onnx/, cifar10/ and kws/ (../shared/data).");

    /// <summary>A file of Fashion-MNIST.</summary>
    public string Fashion(string name) => BenchException.RequireFile(
        Path.Combine(FashionMnist, name), "Install the Debian package dataset-fashion-mnist, or set FASHION_MNIST to its folder.");
}
