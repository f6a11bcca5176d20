using System.Diagnostics;
using System.Text.Json;
using Cim.Runtime;
using Cim.Training.Loop;
using Cim.Training.Plugins;
using Xunit;

namespace Cim.Training.Torch.Tests.Loading;

/// <summary>The engine as a user has it: packages in a folder of packages, named by what restoring writes.</summary>
public sealed class TorchFinderTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cim-torch").FullName;

    public void Dispose() => Directory.Delete(_folder, true);

    [Theory]
    [InlineData(false, "Cim.Sdk.Torch")]
    [InlineData(true, "TorchSharp-cpu")]
    public void A_missing_package_is_named(bool hasEngine, string package)
    {
        string assets = Assets(hasEngine, hasTorch: false);
        CimException error = Assert.Throws<CimException>(() => TrainingEngines.Create("torch", "cpu", assets));
        Assert.Equal(ErrorCodes.EngineMissing, error.Code);
        Assert.Contains($"needs the package {package}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_there_is_found()
    {
        TorchLocation location = TorchFinder.Find(Assets(true, hasTorch: true));
        Assert.NotNull(location.Engine);
        Assert.Equal("TorchSharp.dll", Path.GetFileName(location.TorchSharp));
        Assert.NotNull(location.Library("torch_cpu"));
        Assert.NotNull(location.Library("LibTorchSharp"));
        Assert.Equal("2.10.0", location.LibtorchVersion);
        Assert.False(location.HasCuda);
    }

    [Fact]
    public void A_project_that_is_not_restored_is_an_error() => Assert.Contains(
        "restore", Assert.Throws<CimException>(() => TorchFinder.Find(Path.Combine(_folder, "a.csproj"))).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Without_packages_the_engine_of_ONNX_Runtime_is_there()
    {
        Assert.Same(TrainingEngine.Default, TrainingEngines.Create("ort", "cpu", null));
        Assert.Equal(
            ErrorCodes.WrongUsage, Assert.Throws<CimException>(() => TrainingEngines.Create("ort", "cuda", null)).Code);
    }

    [Fact]
    public void The_compiler_trains_with_packages_it_was_not_built_with()
    {
        _ = TorchMachine.Engine;
        string assets = Assets(true, hasTorch: true);
        WriteSamples(Path.Combine(_folder, "x.npy"));
        string recipe = Path.Combine(_folder, "r.json");
        File.WriteAllText(recipe, """
            {
              "network": { "input": [1, 4, 4], "layers": ["conv 4 3x3", "relu", "flatten", "linear 2"] },
              "data": { "train": "x-images-idx3-ubyte", "scale": "1/255" },
              "training": { "epochs": 3, "batchSize": 8, "learningRate": 0.1 },
              "output": "o.onnx", "checkpoint": "c.bin"
            }
            """);
        (int code, string text) = Cim("train", recipe, "--engine", "torch", "--device", "cpu", "--engine-packages", assets);
        Assert.True(code == 0, text);
        Assert.True(File.Exists(Path.Combine(_folder, "o.onnx")));
        string images = Path.Combine(_folder, "x-images-idx3-ubyte"), compiled = Path.Combine(_folder, "o.cim");
        (code, text) = Cim(
            "compile", Path.Combine(_folder, "o.onnx"), "-o", compiled, "--hardware", "isaac", "--calibration", images, "--scale", "1/255",
            "--training", images, "--epochs", "1", "--weight-bits", "4", "--activation-bits", "4", "--engine", "torch",
            "--engine-packages", assets);
        Assert.True(code == 0 && File.Exists(compiled), text);
        (code, text) = Cim("train", recipe, "--engine", "torch", "--device", "cuda", "--engine-packages", assets);
        Assert.Equal(1, code);
        Assert.Contains("CIM0046", text, StringComparison.Ordinal);
        (code, text) = Cim("train", recipe, "--engine", "torch");
        Assert.Equal(1, code);
        Assert.Contains("CIM0044", text, StringComparison.Ordinal);
    }

    /// <summary>64 images of 4x4 pixels of two classes, light and dark, as IDX files.</summary>
    private static void WriteSamples(string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        byte[] images =
        [
            0, 0, 8, 3, 0, 0, 0, 64, 0, 0, 0, 4, 0, 0, 0, 4, .. Enumerable.Range(0, 1024).Select(i => (byte)(i / 16 % 2 * 200)),
        ];
        File.WriteAllBytes(Path.Combine(folder, "x-images-idx3-ubyte"), images);
        byte[] labels = [0, 0, 8, 1, 0, 0, 0, 64, .. Enumerable.Range(0, 64).Select(i => (byte)(i % 2))];
        File.WriteAllBytes(Path.Combine(folder, "x-labels-idx1-ubyte"), labels);
    }

    private static (int Code, string Text) Cim(params string[] arguments)
    {
        string output = AppContext.BaseDirectory.Replace(
            Path.Combine("tests", "Cim.Training.Torch.Tests"), Path.Combine("src", "Cim.Cli"), StringComparison.Ordinal);
        var start = new ProcessStartInfo("dotnet", [Path.Combine(output, "cim.dll"), .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, text + error.Result);
    }

    /// <summary>As restoring writes it; the packages of this test's own project are the others.</summary>
    private string Assets(bool hasEngine, bool hasTorch)
    {
        using JsonDocument own = JsonDocument.Parse(File.ReadAllText(TorchMachine.AssetsFile));
        var libraries = new Dictionary<string, object>();
        if (hasEngine)
        {
            string tools = Path.Combine(_folder, "cim.sdk.torch", "0.1.0", "tools", "net10.0", "any");
            Directory.CreateDirectory(tools);
            string engine = TorchMachine.Location.Engine!;
            File.Copy(engine, Path.Combine(tools, Path.GetFileName(engine)));
            libraries["Cim.Sdk.Torch/0.1.0"] = new { type = "package", path = "cim.sdk.torch/0.1.0" };
        }

        if (hasTorch)
        {
            foreach (JsonProperty library in own.RootElement.GetProperty("libraries").EnumerateObject()
                .Where(library => library.Name.Contains("torch", StringComparison.OrdinalIgnoreCase)
                    && library.Value.GetProperty("type").GetString() == "package"))
                libraries[library.Name] = new { type = "package", path = library.Value.GetProperty("path").GetString() };
        }

        IEnumerable<string> roots = own.RootElement.GetProperty("packageFolders").EnumerateObject().Select(folder => folder.Name);
        string path = Path.Combine(_folder, "project.assets.json");
        File.WriteAllText(path, JsonSerializer.Serialize(new
        {
            packageFolders = roots.Append(_folder).ToDictionary(root => root, _ => new { }),
            libraries,
        }));
        return path;
    }
}
