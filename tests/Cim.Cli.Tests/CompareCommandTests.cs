using System.Text.Json;
using Cim.Cli.Invocation;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>Two compilations of one network, compared with what each of them printed.</summary>
public sealed class CompareCommandTests : IDisposable
{
    private readonly SmallNetwork _net = new();

    public void Dispose() => _net.Dispose();

    private async Task<JsonElement> Compile(string name, params string[] more)
    {
        CliRun run = await CliRun.Of(["compile", _net.At("net.onnx"), "-o", _net.At(name + ".cim"), "--evaluation", _net.At("data.npz"),
            "--report", _net.At(name), "--json", .. more]);
        Assert.True(run.ExitCode == 0, run.Error);
        return run.Json;
    }

    [Fact]
    public async Task Two_compilations_stand_side_by_side_with_their_differences()
    {
        JsonElement a = await Compile("a", "--calibration", _net.At("x.npy")),
            b = await Compile("b", "--weight-bits", "4", "--hardware", "mnsim");
        JsonElement compared = (await CliRun.Of("compare", _net.At("a"), _net.At("b/report.json"), "--json")).Json;
        foreach ((string figure, string key) in new[] { ("latency", "latencyNs"), ("energy", "energyPj"), ("arrays", "arrays") })
        {
            JsonElement found = compared.GetProperty("figures").EnumerateArray().Single(f => f.GetProperty("name").GetString() == figure);
            double first = a.GetProperty("cost").GetProperty(key).GetDouble(), second = b.GetProperty("cost").GetProperty(key).GetDouble();
            Assert.Equal([first, second, second - first, second / first],
                new[] { "a", "b", "difference", "ratio" }.Select(name => found.GetProperty(name).GetDouble()));
        }

        JsonElement layer = Assert.Single(compared.GetProperty("layers").EnumerateArray());
        Assert.Equal(("dense", "8/8/8", "4/8/6"),
            (layer.GetProperty("name").GetString(), layer.GetProperty("bitsA").GetString(), layer.GetProperty("bitsB").GetString()));
        Assert.Equal(("isaac", "mnsim"), compared.GetProperty("setup").EnumerateArray()
            .Where(s => s.GetProperty("name").GetString() == "hardware")
            .Select(s => (s.GetProperty("a").GetString()!, s.GetProperty("b").GetString()!)).Single());
        // Only the second was compiled without calibration data.
        Assert.Contains(compared.GetProperty("warningsOnlyInB").EnumerateArray(),
            w => w.GetString()!.StartsWith("CIM3001", StringComparison.Ordinal));
        CliRun text = await CliRun.Of("compare", _net.At("a"), _net.At("b"));
        Assert.Contains("hardware: A isaac, B mnsim", text.Output, StringComparison.Ordinal);
        Assert.Contains("8/8/8 -> 4/8/6", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_compilation_does_not_differ_from_itself()
    {
        await Compile("a", "--calibration", _net.At("x.npy"));
        JsonElement compared = (await CliRun.Of("compare", _net.At("a"), _net.At("a"), "--json")).Json;
        Assert.Equal(0, compared.GetProperty("setup").GetArrayLength());
        Assert.All(compared.GetProperty("layers").EnumerateArray(), l => Assert.False(l.GetProperty("differs").GetBoolean()));
        Assert.Contains("1 layer is the same", (await CliRun.Of("compare", _net.At("a"), _net.At("a"))).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_report_is_an_error()
    {
        Assert.Contains("CIM0001", (await CliRun.Of("compare", _net.At("none"), _net.At("none"))).Error, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_net.At("report.json"), "{}");
        CliRun run = await CliRun.Of("compare", _net.Folder, _net.Folder);
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("CIM0006", run.Error, StringComparison.Ordinal);
    }
}
