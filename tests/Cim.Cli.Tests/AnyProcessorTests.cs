using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Cim.Cli.Invocation;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>
/// What does not depend on the machine: nothing on the number of its processors, and with a lock file nothing on the order in which they
/// add. Each run is a process of its own; Cim.OtherProcessor, loaded into it, moves every result of ONNX Runtime as another
/// processor might.
/// </summary>
public sealed class AnyProcessorTests : IDisposable
{
    private const int Inputs = 784, Classes = 4;

    private readonly string _folder = Directory.CreateTempSubdirectory("cim-any").FullName;

    public AnyProcessorTests() => File.WriteAllBytes(At("data.npz"), Data(128));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    /// <summary>Products of 64x784 by 784x512: cut into three or four parts, ONNX Runtime's sums differ.</summary>
    [Fact]
    public async Task Training_gives_the_same_bytes_on_one_to_four_processors()
    {
        await File.WriteAllTextAsync(At("recipe.json"), $$"""
            {
              "network": { "input": [{{Inputs}}], "layers": ["linear 512", "relu", "linear 300", "relu", "linear {{Classes}}"] },
              "data": { "train": "data.npz", "validation": 0.1 },
              "training": { "epochs": 2, "batchSize": 64, "learningRate": 0.01 },
              "quantization": { "weightBits": 4, "activationBits": 4 },
              "output": "net.onnx"
            }
            """);
        var results = new List<byte[]>();
        for (int processors = 1; processors <= 4; processors++)
        {
            await Cim(processors, null, "train", At("recipe.json"), "--threads", $"{processors}", "--output", At("net.onnx"));
            results.Add(await File.ReadAllBytesAsync(At("net.onnx")));
        }

        Assert.All(results, r => Assert.Equal(results[0], r));
    }

    /// <summary>Rounding, a search and training, each on another number of processors, and with other last bits under the lock.</summary>
    [Theory]
    [InlineData("--weight-bits", "4", "--activation-bits", "4")]
    [InlineData("--weight-bits", "4", "--activation-bits", "4", "--rounding", "learned")]
    [InlineData("--search", "random", "--search-evaluations", "3", "--max-accuracy-loss", "100")]
    [InlineData("--weight-bits", "3", "--activation-bits", "4", "--training", "data.npz", "--epochs", "1")]
    public async Task Compilations_are_equal_on_any_number_of_processors_and_with_a_lock_whatever_the_last_bits(params string[] options)
    {
        string[] all = [
            "compile", Path.Combine(Samples, "models/motion.onnx"), "--calibration", Path.Combine(Samples, "data/calibration.npz"),
            "--evaluation", Path.Combine(Samples, "data/test.npz"), "--scale", "8/255", "--mean", "4",
            .. options.Select(o => o == "data.npz" ? Path.Combine(Samples, "data/calibration.npz") : o)];
        byte[] first = await Compiled(1, null), second = await Compiled(3, null);
        Assert.Equal(first, second);

        byte[] locked = await File.ReadAllBytesAsync(At("lock.json"));
        for (int seed = 1; seed <= 2; seed++)
            Assert.Equal(first, await Compiled(2, seed, "--lock", At("lock.json"), "--locked"));
        Assert.Equal(locked, await File.ReadAllBytesAsync(At("lock.json")));

        async Task<byte[]> Compiled(int processors, int? lastBits, params string[] more)
        {
            // The first makes the lock, the second shows that it is not needed on the same kind of processor.
            string[] own = more.Length > 0 ? more : processors == 1 ? ["--lock", At("lock.json")] : [];
            await Cim(processors, lastBits, [.. all, "-o", At("net.cim"), .. own]);
            return await File.ReadAllBytesAsync(At("net.cim"));
        }
    }

    [Fact]
    public async Task A_hash_alone_names_the_layers_in_which_another_processor_differs()
    {
        // A Conv network whose compensated rounding follows last bits; found by trying, so whichever seed differs will do.
        string model = Path.Combine(Samples, "../FashionMnist/models/fashion.onnx"),
            data = Path.Combine(Samples, "../FashionMnist/data/calibration.npz");
        string[] all = ["compile", model, "--calibration", data, "--calibration-samples", "48", "--scale", "1/255", "--weight-bits", "4",
            "--activation-bits", "4",
            "--rounding", "compensated", "--lock", At("lock.json"), "--lock-limit", "0", "-o", At("net.cim")];
        await Cim(2, null, all);
        byte[] model1 = await File.ReadAllBytesAsync(At("net.cim"));
        for (int seed = 1; seed <= 5; seed++)
        {
            (int code, string error) = await Run(2, seed, all);
            if (code == 0)
            {
                // Equal by luck, and then it is equal.
                Assert.Equal(model1, await File.ReadAllBytesAsync(At("net.cim")));
                continue;
            }

            Assert.Contains("CIM1020", error, StringComparison.Ordinal);
            Assert.Contains("--lock-limit", error, StringComparison.Ordinal);
            return;
        }
    }

    private static string Samples
    {
        get
        {
            string folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Cim.Sdk.sln"))) folder = Path.GetDirectoryName(folder)!;
            return Path.Combine(folder, "samples/MotionSensor");
        }
    }

    private static async Task Cim(int processors, int? lastBits, params string[] arguments)
    {
        (int code, string error) = await Run(processors, lastBits, arguments);
        Assert.True(code == 0, error);
    }

    private static async Task<(int Code, string Error)> Run(int processors, int? lastBits, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(CimApplication).Assembly.Location, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_PROCESSOR_COUNT"] = $"{processors}";
        if (lastBits is { } seed)
        {
            start.Environment["DOTNET_STARTUP_HOOKS"] = Path.Combine(AppContext.BaseDirectory, "Cim.OtherProcessor.dll");
            start.Environment["CIM_TEST_PROCESSOR"] = $"{seed}";
        }

        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(), output = process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await error + await output);
    }

    /// <summary>Points around four corners, as an .npz of two plain .npy files.</summary>
    private static byte[] Data(int count)
    {
        var random = new Random(1);
        float[] corners = [.. Enumerable.Range(0, Classes * Inputs).Select(_ => (float)((2 * random.NextDouble()) - 1))];
        using var x = new MemoryStream();
        using var y = new MemoryStream();
        for (int i = 0; i < count; i++)
        {
            for (int k = 0; k < Inputs; k++)
                x.Write(BitConverter.GetBytes(corners[(i % Classes * Inputs) + k] + (float)(random.NextDouble() - 0.5)));
            y.Write(BitConverter.GetBytes((long)(i % Classes)));
        }

        using var file = new MemoryStream();
        using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Write(zip, "x.npy", $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, {Inputs}), }}", x.ToArray());
            Write(zip, "y.npy", $"{{'descr': '<i8', 'fortran_order': False, 'shape': ({count},), }}", y.ToArray());
        }

        return file.ToArray();

        static void Write(ZipArchive zip, string name, string header, byte[] data)
        {
            string padded = header.PadRight(117) + "\n";
            using Stream entry = zip.CreateEntry(name).Open();
            entry.Write([0x93, .. "NUMPY"u8, 1, 0, (byte)padded.Length, 0, .. Encoding.ASCII.GetBytes(padded), .. data]);
        }
    }
}
