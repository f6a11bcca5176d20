using Cim.Cli.Tests;
using Cim.Compiler.Tests.Support;

namespace Cim.Browser.Tests;

/// <summary>Reports of a few networks, each compiled once.</summary>
public sealed class Reports : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cim-browser-").FullName;
    private readonly Dictionary<string, string> _pages = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _one = new(1);

    /// <inheritdoc/>
    public void Dispose()
    {
        _one.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The page of a network.</summary>
    /// <param name="network"><c>resnet20</c>, <c>vgg</c> or <c>minilm</c>.</param>
    public async Task<string> Of(string network)
    {
        await _one.WaitAsync();
        try
        {
            if (!_pages.TryGetValue(network, out string? page)) _pages[network] = page = await Compile(network);
            return page;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>The page of two networks side by side.</summary>
    public async Task<string> Compared(string first, string second)
    {
        string a = Path.GetDirectoryName(await Of(first))!, b = Path.GetDirectoryName(await Of(second))!;
        CliRun run = await CliRun.Of("report", a, b);
        Assert.True(run.ExitCode == 0, run.Error);
        return Path.Combine(a, "compare.html");
    }

    private async Task<string> Compile(string network)
    {
        string at = Path.Combine(_folder, network);
        string[] arguments = network switch
        {
            "resnet20" => ResNet20(),
            "vgg" => Random("vgg.onnx", Networks.Vgg(), Networks.Samples(32, 3, 32, 32)),
            "minilm" => Random("minilm.onnx", Networks.MiniLm(), Networks.Samples(32, 8, 48)),
            _ => throw new ArgumentOutOfRangeException(nameof(network), network, null),
        };
        CliRun run = await CliRun.Of(["compile", .. arguments, "-o", at + ".cim", "--report", at]);
        Assert.True(run.ExitCode == 0, run.Error);
        return Path.Combine(at, "report.html");
    }

    private static string[] ResNet20()
    {
        if (SharedData.Directory is null) Assert.Skip(SharedData.Missing);
        string images = SharedData.Need("cifar10/test_batch_first932.bin");
        return [SharedData.Need("onnx/resnet20_cifar10.onnx"), "--calibration", SharedData.Need("cifar10/train_data_batch_1_first4000.bin"),
            "--calibration-samples", "64", "--evaluation", images, "--limit", "100", "--weight-bits", "6", "--adc-bits", "6",
            "--rounding", "nearest",
            "--scale", "1/255", "--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225"];
    }

    private string[] Random(string name, byte[] model, byte[] samples)
    {
        string onnx = Path.Combine(_folder, name), data = onnx + ".npy";
        File.WriteAllBytes(onnx, model);
        File.WriteAllBytes(data, samples);
        return [onnx, "--calibration", data, "--rounding", "nearest"];
    }
}
