using System.Globalization;
using System.Text.Json;
using System.Xml.Linq;
using Cim.Cli.Invocation;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>Sweeps from the command line, on the small sample network.</summary>
public sealed class SweepCommandTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cim-sweep-").FullName;

    public async ValueTask InitializeAsync()
    {
        CliRun run = await CliRun.Of("compile", Sample("models/motion.onnx"), "-o", At("motion.cim"), "--calibration",
            Sample("data/calibration.npz"), "--scale", "8/255", "--mean", "4");
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task One_parameter_gives_a_line_plot_and_the_accuracies_eval_gives()
    {
        CliRun run = await Sweep("--vary", "programmingError.sigma=0,0.05,0.3", "--set", "programmingError.model=independent", "--trials",
            "3", "--seed", "7", "-o", At("out"), "--json");
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        JsonElement json = run.Json;
        Assert.Equal(1, json.GetProperty("schema").GetInt32());
        Assert.Equal("programmingError.sigma", json.GetProperty("parameters")[0].GetProperty("name").GetString());
        Assert.Equal([0, 0.05, 0.3], json.GetProperty("parameters")[0].GetProperty("values").EnumerateArray().Select(v => v.GetDouble()));
        JsonElement[] points = [.. json.GetProperty("points").EnumerateArray()];
        Assert.Equal(3, points.Length);

        // Every point is what eval says about the same chips.
        foreach (JsonElement point in points)
        {
            string sigma = point.GetProperty("values").GetProperty("programmingError.sigma").GetRawText();
            CliRun eval = await CliRun.Of("eval", At("motion.cim"), "--data", Sample("data/test.npz"), "--scale", "8/255", "--mean", "4",
                "--fidelity", "device", "--trials", "3", "--seed", "7",
                "--set", "programmingError.model=independent", "--set", $"programmingError.sigma={sigma}", "--json");
            Assert.True(eval.ExitCode == ExitCode.Ok, eval.Error);
            foreach (string key in new[] { "accuracy", "accuracyDeviation", "accuracyMinimum", "accuracyPercentile5" })
                Assert.Equal(eval.Json.GetProperty(key).GetDouble(), point.GetProperty(key).GetDouble());
            Assert.Equal([7, 8, 9], point.GetProperty("trials").EnumerateArray().Select(t => t.GetProperty("seed").GetInt32()));
        }

        Assert.True(Accuracy(points[2]) < Accuracy(points[0]));
        Assert.Equal(0, points[0].GetProperty("accuracyDeviation").GetDouble());
        Assert.Equal(1 + 3 + 3, run.Error.Split('\n').Count(l => l.StartsWith('[')));

        string[] csv = await File.ReadAllLinesAsync(At("out/sweep.csv"));
        Assert.Equal(
            "programmingError.sigma,trials,samples,mean,deviation,minimum,percentile5,maximum,latencyNs,energyPj,areaUm2,arrays", csv[0]);
        Assert.Equal(points.Select(Accuracy), csv.Skip(1).Select(l => double.Parse(l.Split(',')[3], CultureInfo.InvariantCulture)));
        using JsonDocument file = JsonDocument.Parse(await File.ReadAllTextAsync(At("out/sweep.json")));
        Assert.Equal(json.GetProperty("points").GetRawText().ReplaceLineEndings(),
            file.RootElement.GetProperty("points").GetRawText().ReplaceLineEndings());
        XElement svg = XDocument.Load(At("out/sweep.svg")).Root!;
        Assert.Equal(3, svg.Descendants().Count(e => e.Name.LocalName == "circle"));
        Assert.Single(svg.Descendants(), e => e.Name.LocalName == "polyline");
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{100 * json.GetProperty("accuracyExact").GetDouble():0.##} %"),
            Assert.Single(svg.Descendants(), e => (string?)e.Attribute("class") == "exact").Value, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_parameters_give_a_heat_map_that_does_not_depend_on_threads()
    {
        string[] arguments = [
            "--vary", "adcBits=3..5", "--vary", "readNoise.sigma=0,0.05", "--set", "dacBits=1", "--trials", "2", "--limit", "60"];
        CliRun one = await Sweep([.. arguments, "--threads", "1", "--csv", At("one.csv"), "--svg", At("one.svg")]);
        CliRun two = await Sweep([.. arguments, "--threads", "2", "--csv", At("two.csv"), "--svg", At("two.svg")]);
        Assert.True(one.ExitCode == ExitCode.Ok && two.ExitCode == ExitCode.Ok, one.Error + two.Error);
        Assert.Equal(await File.ReadAllBytesAsync(At("one.csv")), await File.ReadAllBytesAsync(At("two.csv")));
        Assert.Equal(await File.ReadAllBytesAsync(At("one.svg")), await File.ReadAllBytesAsync(At("two.svg")));
        Assert.Equal(7, (await File.ReadAllLinesAsync(At("one.csv"))).Length);
        XElement svg = XDocument.Load(At("one.svg")).Root!;
        Assert.Equal(6, svg.Descendants().Count(e => e.Name.LocalName == "rect" && e.Elements().Any()));
        Assert.Contains("readNoise.sigma", one.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_network_is_compiled_first_and_a_sigma_alone_means_independent_errors()
    {
        CliRun run = await CliRun.Of(
            "sweep", Sample("models/motion.onnx"), "--data", Sample("data/test.npz"), "--calibration", Sample("data/calibration.npz"),
            "--scale", "8/255", "--mean", "4", "--vary", "programmingError.sigma=0,0.2", "--limit", "50", "--json");
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.Contains("warning CIM2009", run.Error, StringComparison.Ordinal);
        Assert.Equal(50, run.Json.GetProperty("samples").GetInt32());
    }

    [Fact]
    public async Task Arrays_of_another_shape_encoding_and_repair_can_be_swept()
    {
        foreach (string vary in new[] { "rows=16,128", "encoding=offset,differential,twos-complement", "spareColumns=0,32",
            "columnCorrection=none,offset,scale-offset", "weightClipping=none,percentile,mse", "weightScaling=column,layer",
            "irDrop=exact,first-order" })
        {
            CliRun run = await Sweep("--vary", vary, "--set", "stuckOff=0.001", "--set", "programmingError.model=proportional", "--set",
                "programmingError.sigma=0.05",
                "--set", "wordLineResistance=0.01", "--fidelity", vary.StartsWith("irDrop", StringComparison.Ordinal)
                    ? "circuit"
                    : "device", "--limit", "40", "--json");
            Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
            Assert.All(run.Json.GetProperty("points").EnumerateArray(), p => Assert.InRange(Accuracy(p), 0.4, 1));
        }
    }

    [Theory]
    [InlineData(1, "CIM2005", "'adcBits' is 17; allowed is 0 to 16", "--vary", "adcBits=15..18")]
    [InlineData(1, "CIM2005", "'programmingError.sigma' is -1; allowed is 0 to 10", "--vary", "programmingError.sigma=-1,0")]
    [InlineData(1, "CIM2005", "one of none, independent", "--vary", "programmingError.model=gauss")]
    [InlineData(1, "CIM2005", "allowed is less than gOn", "--vary", "gOff=1e-9,1")]
    [InlineData(1, "CIM2003", "did you mean 'adcBits'", "--vary", "adcBit=4")]
    [InlineData(1, "CIM2003", "'name' is no figure", "--vary", "name=a,b")]
    [InlineData(1, "CIM2005", "an object with nu", "--vary", "drift=1")]
    [InlineData(1, "CIM2005", "'rows' is 0", "--vary", "adcBits=4", "--set", "rows=0")]
    [InlineData(2, "CIM0010", "must be FIELD=VALUE", "--vary", "adcBits")]
    [InlineData(2, "CIM0010", "must rise", "--vary", "adcBits=8..4")]
    [InlineData(2, "CIM0010", "no range of numbers", "--vary", "adcBits=4..x")]
    [InlineData(2, "CIM0010", "a value is empty", "--vary", "adcBits=4,,5")]
    [InlineData(2, "CIM0010", "given twice", "--vary", "adcBits=4,4")]
    [InlineData(2, "CIM0010", "more than 1000", "--vary", "readNoise.sigma=0..1:0.0001")]
    [InlineData(2, "CIM0010", "twice", "--vary", "adcBits=4", "--vary", "adcBits=5")]
    [InlineData(2, "CIM0010", "one or two parameters", "--vary", "adcBits=4", "--vary", "rows=8", "--vary", "columns=8")]
    [InlineData(2, "CIM0010", "set twice", "--vary", "adcBits=4", "--set", "adcBits=5")]
    [InlineData(2, "CIM0010", "--trials", "--vary", "adcBits=4", "--trials", "0")]
    [InlineData(2, "CIM0010", "--vary")]
    public async Task Impossible_parameters_are_errors_that_name_field_and_allowed_values(
        int exit, string code, string part, params string[] more)
    {
        CliRun run = await Sweep([.. more, "-o", At("out"), "--json"]);
        Assert.Equal(exit, run.ExitCode);
        Assert.Contains(code, run.Error, StringComparison.Ordinal);
        Assert.Contains(part, run.Error, StringComparison.Ordinal);
        Assert.Equal(code, run.Json.GetProperty("error").GetProperty("code").GetString());
        Assert.False(Directory.Exists(At("out")));
    }

    [Fact]
    public async Task A_cancelled_sweep_leaves_nothing_behind()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        CliRun run = await CliRun.Of(
            cancelled.Token, "sweep", At("motion.cim"), "--data", Sample("data/test.npz"), "--vary", "adcBits=4..6", "-o", At("out"));
        Assert.Equal(ExitCode.Cancelled, run.ExitCode);
        Assert.False(Directory.Exists(At("out")));
    }

    private Task<CliRun> Sweep(params string[] more) =>
        CliRun.Of(["sweep", At("motion.cim"), "--data", Sample("data/test.npz"), "--scale", "8/255", "--mean", "4", .. more]);

    private static double Accuracy(JsonElement point) => point.GetProperty("accuracy").GetDouble();

    private string At(string name) => Path.Combine(_folder, name);

    private static string Sample(string file)
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Cim.Sdk.sln"))) return Path.Combine(folder, "samples", "MotionSensor", file);
        throw new DirectoryNotFoundException("samples/MotionSensor");
    }
}
