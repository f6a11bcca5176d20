using Cim.Cli.Invocation;
using Xunit;

namespace Cim.Cli.Tests.Studies;

/// <summary>A small compiled network, and a sweep over it of twelve points with two chips each.</summary>
internal sealed class StudyNetwork : IDisposable
{
    private readonly SmallNetwork _net = new();

    private StudyNetwork()
    {
    }

    /// <summary>The command line of the sweep, without a store.</summary>
    public string[] Sweep =>
    [
        "sweep", At("net.cim"), "--data", At("data.npz"), "--vary", "programmingError.sigma=0.1,0.3,0.6", "--vary", "adcBits=5..8",
        "--set", "programmingError.model=independent", "--trials", "2", "--output", At("out"),
    ];

    /// <summary>The command line of a search that measures three policies at a time, without a store.</summary>
    public string[] Search(string search) =>
    [
        "compile", At("net.onnx"), "--calibration", At("data.npz"), "--hardware", "cim-aq-4b", "--search", search, "--search-evaluations",
        "12", "--parallel-candidates", "3", "--max-accuracy-loss", "40",
    ];

    public static async Task<StudyNetwork> Create()
    {
        var network = new StudyNetwork();
        await network._net.Compile();
        return network;
    }

    public string At(string name) => _net.At(name);

    /// <summary>Puts other samples in the place of a data file that is gone.</summary>
    public void Replace(string name) =>
        _net.WriteArchive(name, File.ReadAllBytes(At("x.npy")), [.. SmallNetwork.Npy("|u1", "(20,)"), .. new byte[20]]);

    public void Dispose() => _net.Dispose();

    /// <summary>The files one process gives for the sweep.</summary>
    public async Task<Dictionary<string, byte[]>> OfOneProcess()
    {
        CliRun run = await CliRun.Of(Sweep);
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Dictionary<string, byte[]> files = Files();
        Directory.Delete(At("out"), recursive: true);
        return files;
    }

    /// <summary>What stands in the output folder.</summary>
    public Dictionary<string, byte[]> Files() =>
        Directory.GetFiles(At("out")).ToDictionary(f => Path.GetFileName(f), File.ReadAllBytes);
}
