using System.Security.Cryptography;
using System.Text.Json;
using Cim.Cli.Invocation;
using Parquet;
using Xunit;

namespace Cim.Cli.Tests.Studies;

/// <summary>Evaluations, fronts and compilations as studies, and what a study answers.</summary>
public sealed class StudyKindsTests : IAsyncLifetime
{
    private StudyNetwork _net = null!;

    public async ValueTask InitializeAsync() => _net = await StudyNetwork.Create();

    public ValueTask DisposeAsync()
    {
        _net.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("eval", "net.cim", "--data data.npz --fidelity device --set programmingError.model=independent --set "
        + "programmingError.sigma=0.4 --trials 5 --output-codes 4")]
    [InlineData("pareto", "net.onnx", "--calibration data.npz --hardware isaac --points 4")]
    public async Task A_study_prints_what_one_process_prints(string command, string model, string options)
    {
        string[] line = [command, _net.At(model), .. options.Split(' ').Select(o => o == "data.npz" ? _net.At(o) : o), "--json"];
        JsonElement one = (await Ok(line)).Json;
        int units = (await Ok([.. line, "--store", _net.At("s"), "--submit", "none", "--unit-parts", "2"])).Json.GetProperty("units")
            .GetInt32();
        Assert.True(units > 1);
        for (int i = units - 1; i >= 0; i--) await Ok("unit", $"{i}", "--store", _net.At("s"));
        JsonElement many = (await Ok("gather", _net.At("s"), "--json")).Json;
        Assert.Equal(WithoutTimes(one), WithoutTimes(many));
    }

    [Fact]
    public async Task A_study_of_several_networks_prints_what_one_process_prints()
    {
        File.Copy(_net.At("net.onnx"), _net.At("other.onnx"));
        // Relative names, which a unit has not: it may run in another folder.
        string Relative(string name) => Path.GetRelativePath(Directory.GetCurrentDirectory(), _net.At(name));
        string[] line = ["compile", _net.At("net.onnx"), "--calibration", _net.At("data.npz"), "--over",
            $"model={Relative("net.onnx")},{Relative("other.onnx")}", "--over", "hardware=isaac,cim-aq-4b", "--store"];
        CliRun text = await Ok([.. line, _net.At("one")]);
        Assert.Contains("│ other.onnx │ cim-aq-4b │", text.Output, StringComparison.Ordinal);
        JsonElement one = (await Ok("gather", _net.At("one"), "--json")).Json;

        await Ok([.. line, _net.At("many"), "--submit", "none", "--unit-parts", "1"]);
        for (int i = 3; i >= 0; i--) await Ok("unit", $"{i}", "--store", _net.At("many"));
        Assert.Equal(WithoutTimes(one), WithoutTimes((await Ok("gather", _net.At("many"), "--json")).Json));
        Assert.Equal(Models("one"), Models("many"));
        Assert.Equal(4, Models("many").Count);

        Dictionary<string, string> Models(string store) => Directory.GetFiles(Path.Combine(_net.At(store), "models"))
            .ToDictionary(f => Path.GetFileName(f), f => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f))));
    }

    [Fact]
    public async Task Compilations_over_options_leave_the_cheapest_model()
    {
        string[] line = ["compile", _net.At("net.onnx"), "--calibration", _net.At("data.npz"), "--evaluation", _net.At("data.npz"),
            "--over", "weight-bits=2..4", "--over", "calibration-method=mse,auto", "--max-accuracy-loss", "100", "--objective", "energy",
            "--store", _net.At("s"), "--unit-parts", "4", "-o", _net.At("best.cim"), "--json"];
        JsonElement json = (await Ok(line)).Json;
        JsonElement[] designs = [.. json.GetProperty("designs").EnumerateArray()];
        Assert.Equal(6, designs.Length);
        JsonElement best = Assert.Single(designs, d => d.GetProperty("best").GetBoolean());
        double Energy(JsonElement d) => d.GetProperty("result").GetProperty("cost").GetProperty("energyPj").GetDouble();
        Assert.Equal(designs.Min(Energy), Energy(best));
        Assert.Equal(await File.ReadAllBytesAsync(
            Path.Combine(_net.At("s"), "models", best.GetProperty("result").GetProperty("model").GetString()!)),
            await File.ReadAllBytesAsync(_net.At("best.cim")));

        // The same as a compilation alone.
        JsonElement choices = best.GetProperty("choices");
        await Ok("compile", _net.At("net.onnx"), "--calibration", _net.At("data.npz"), "--evaluation", _net.At("data.npz"),
            "--weight-bits", choices.GetProperty("weight-bits").GetString()!, "--calibration-method",
            choices.GetProperty("calibration-method").GetString()!, "--max-accuracy-loss", "100", "-o", _net.At("alone.cim"));
        Assert.Equal(await File.ReadAllBytesAsync(_net.At("alone.cim")), await File.ReadAllBytesAsync(_net.At("best.cim")));
    }

    [Fact]
    public async Task A_plot_has_every_design_that_keeps_within_its_budget_and_the_front()
    {
        await Ok("compile", _net.At("net.onnx"), "--calibration", _net.At("data.npz"), "--evaluation", _net.At("data.npz"), "--over",
            "weight-bits=2..5", "--over", "hardware=isaac,cim-aq-4b", "--max-accuracy-loss", "100", "--store", _net.At("s"));
        await Ok("study", "plot", _net.At("s"), "-o", _net.At("p.svg"), "--objective", "latency");
        var svg = System.Xml.Linq.XDocument.Load(_net.At("p.svg"));
        System.Xml.Linq.XNamespace name = "http://www.w3.org/2000/svg";
        string[] texts = [.. svg.Descendants(name + "circle").Select(c => c.Element(name + "title")?.Value).OfType<string>()];
        Assert.Equal(8, texts.Length);
        Assert.Equal(4, texts.Count(t => t.Contains("hardware=isaac", StringComparison.Ordinal)));
        Assert.Equal(2, svg.Descendants(name + "circle").Select(c => c.Attribute("fill")!.Value).Distinct().Count());

        await Ok("study", "table", _net.At("s"), "-o", _net.At("t.csv"));
        (double Loss, double Latency)[] designs = [.. (await File.ReadAllLinesAsync(_net.At("t.csv"))).Skip(1).Select(l => l.Split(','))
            .Select(f => (Number(f[4]), Number(f[5])))];
        int front = designs.DistinctBy(d => d).Count(d => !designs.Any(
            o => o != d && o.Loss <= d.Loss && o.Latency <= d.Latency));
        string points = Assert.Single(svg.Descendants(name + "polyline")).Attribute("points")!.Value;
        Assert.Equal(front, points.Split(' ').Length);
        static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_cost_that_no_profile_states_is_empty_and_cannot_be_asked_for()
    {
        await Ok("compile", _net.At("net.onnx"), "--calibration", _net.At("data.npz"), "--evaluation", _net.At("data.npz"), "--over",
            "weight-bits=2..3", "--hardware", "cim-aq-4b", "--max-accuracy-loss", "100", "--store", _net.At("s"));
        await Ok("study", "table", _net.At("s"), "-o", _net.At("t.csv"));
        string[][] rows = [.. (await File.ReadAllLinesAsync(_net.At("t.csv"))).Select(l => l.Split(','))];
        Assert.All(rows.Skip(1), row => Assert.Equal("", row[Array.IndexOf(rows[0], "energyPj")]));
        CliRun run = await CliRun.Of("study", "best", _net.At("s"), "--max-accuracy-loss", "100", "--objective", "energy");
        Assert.Equal(ExitCode.Failed, run.ExitCode);
        Assert.Contains("CIM2007", run.Error, StringComparison.Ordinal);
        CliRun latency = await Ok("study", "best", _net.At("s"), "--max-accuracy-loss", "100", "--objective", "latency");
        Assert.DoesNotContain("0 pJ", latency.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is no option '--weight-bit'", "weight-bit=2")]
    [InlineData("'--output' cannot vary", "output=a,b")]
    [InlineData("a value is named twice", "seed=1,1")]
    [InlineData("it has no '='", "seed")]
    [InlineData("no range FIRST..LAST", "seed=3..1")]
    [InlineData("--weight-bits is '17'", "weight-bits=8,17")]
    public async Task An_impossible_axis_is_wrong_usage(string message, string axis)
    {
        CliRun run = await CliRun.Of("compile", _net.At("net.onnx"), "--over", axis, "--store", _net.At("s"));
        Assert.Equal(ExitCode.WrongUsage, run.ExitCode);
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_cheapest_design_within_a_loss_is_found_and_tables_have_every_design()
    {
        await Ok([.. _net.Sweep, "--store", _net.At("s")]);
        await Ok("study", "table", _net.At("s"), "-o", _net.At("t.csv"));
        string[][] rows = [.. (await File.ReadAllLinesAsync(_net.At("t.csv"))).Select(l => l.Split(','))];
        Assert.Equal(
            ["programmingError.sigma", "adcBits", "accuracy", "accuracyDeviation", "lossPoints", "latencyNs", "energyPj", "areaUm2",
            "arrays"], rows[0]);
        Assert.Equal(13, rows.Length);
        static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        double within = rows[1..].Select(r => Number(r[4])).Order().ElementAt(6);
        JsonElement best = (await Ok("study", "best", _net.At("s"), "--max-accuracy-loss",
            within.ToString(System.Globalization.CultureInfo.InvariantCulture), "--objective", "energy", "--json")).Json;
        Assert.Equal(rows[1..].Where(r => Number(r[4]) <= within).Min(r => Number(r[6])), best.GetProperty("energyPj").GetDouble());

        await Ok("study", "table", _net.At("s"), "-o", _net.At("t.parquet"));
        await using ParquetReader reader = await ParquetReader.CreateAsync(_net.At("t.parquet"));
        Assert.Equal(rows[0], reader.Schema.GetDataFields().Select(f => f.Name));
        CliRun none = await CliRun.Of("study", "best", _net.At("s"), "--max-accuracy-loss", "0", "--objective", "energy");
        if (rows[1..].All(r => Number(r[4]) > 0)) Assert.Contains("CIM3002", none.Error, StringComparison.Ordinal);
    }

    private static string WithoutTimes(JsonElement json) => System.Text.RegularExpressions.Regex.Replace(
        json.GetRawText(), "\"(imagesPerSecond|seconds)\": [^,\n]*", "");

    private static async Task<CliRun> Ok(params string[] arguments)
    {
        CliRun run = await CliRun.Of(arguments);
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        return run;
    }
}
