using System.Globalization;
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
    public async Task Two_compilations_are_one_page_with_the_figures_of_both()
    {
        JsonElement a = await Compile("a", "--calibration", _net.At("x.npy")), b = await Compile("b", "--weight-bits", "4");
        CliRun run = await CliRun.Of("report", _net.At("a"), _net.At("b"), "--json");
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        string page = run.Json.GetProperty("page").GetString()!;
        Assert.Equal(_net.At("a/compare.html"), page);
        string html = await File.ReadAllTextAsync(page);
        foreach (JsonElement compiled in new[] { a, b })
            Assert.Contains(compiled.GetProperty("cost").GetProperty("arrays").GetInt64().ToString(CultureInfo.InvariantCulture), html,
                StringComparison.Ordinal);
        Assert.Contains("8/8/8 → 4/8/8", html, StringComparison.Ordinal);
        Assert.Contains("B alone", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_of_a_folder_is_written_anew_from_its_figures()
    {
        await Compile("a", "--calibration", _net.At("x.npy"));
        byte[] before = await File.ReadAllBytesAsync(_net.At("a/report.html"));
        File.Delete(_net.At("a/report.html"));
        Assert.Equal(ExitCode.Ok, (await CliRun.Of("report", _net.At("a"))).ExitCode);
        Assert.Equal(before, await File.ReadAllBytesAsync(_net.At("a/report.html")));
    }

    [Fact]
    public async Task The_page_of_a_compiled_model_has_its_layers_cost_and_accuracy()
    {
        JsonElement a = await Compile("a", "--calibration", _net.At("x.npy"));
        CliRun run = await CliRun.Of("report", _net.At("a.cim"));
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        string html = await File.ReadAllTextAsync(_net.At("a.report.html"));
        Assert.Contains("dense", html, StringComparison.Ordinal);
        double accuracy = 100 * a.GetProperty("accuracyCompiled").GetDouble();
        Assert.Contains(accuracy.ToString("F2", CultureInfo.InvariantCulture) + " %", html, StringComparison.Ordinal);
        // Both are the same compilation, so only what a model does not say of itself differs.
        JsonElement compared = (await CliRun.Of("compare", _net.At("a"), _net.At("a.cim"), "--json")).Json;
        JsonElement latency = compared.GetProperty("figures").EnumerateArray().Single(f => f.GetProperty("name").GetString() == "latency");
        Assert.Equal(0, latency.GetProperty("difference").GetDouble());
    }

    [Fact]
    public async Task A_page_never_replaces_what_it_is_made_of()
    {
        await Compile("a", "--calibration", _net.At("x.npy"));
        CliRun run = await CliRun.Of("report", _net.At("a"), "-o", _net.At("a/report.json"));
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Equal(ExitCode.Failed, (await CliRun.Of("report", _net.At("nothing"))).ExitCode);
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
