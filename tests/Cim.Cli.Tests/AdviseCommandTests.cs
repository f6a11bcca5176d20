using System.Text.Json;
using Cim.Cli.Commands.Advise;
using Cim.Cli.Invocation;
using Cim.Runtime;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>Which single change would do most.</summary>
public sealed class AdviseCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cim-advise-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Each_change_has_the_accuracy_and_the_cost_of_a_compilation_that_makes_it()
    {
        string narrow = Write("narrow", """{ "base": "isaac", "rows": 64, "columns": 64, "adcBits": 4 }""");
        CliRun run = await Advise("--hardware", narrow, "--evaluation", Sample("data/test.npz"), "--limit", "200");
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.Equal(200, run.Json.GetProperty("samples").GetInt32());
        JsonElement[] changes = [.. run.Json.GetProperty("changes").EnumerateArray()];
        string[] names = [.. changes.Select(Name)];
        string[] tried = ["encoding=differential", "adcRange=granular", "adcBits=5", "rows=32", "--calibration-method mse"];
        Assert.Empty(tried.Except(names));
        // The best first.
        double[] accuracies = [.. changes.Where(c => c.GetProperty("problem").ValueKind == JsonValueKind.Null).Select(Accuracy)];
        Assert.Equal(accuracies.OrderDescending(), accuracies);

        string differential = Write(
            "differential", """{ "base": "isaac", "rows": 64, "columns": 64, "adcBits": 4, "encoding": "differential" }""");
        foreach ((JsonElement advised, string hardware) in new[]
        {
            (run.Json.GetProperty("baseline"), narrow), (changes.Single(c => Name(c) == "encoding=differential"), differential),
        })
        {
            CliRun compiled = await CliRun.Of(["compile", Sample("models/motion.onnx"), "--hardware", hardware, "--rounding", "compensated",
                "--fidelity", "adc", "--limit", "200", "--evaluation", Sample("data/test.npz"), .. Data, "--json"]);
            Assert.True(compiled.ExitCode == ExitCode.Ok, compiled.Error);
            Assert.Equal(compiled.Json.GetProperty("accuracyCompiled").GetDouble(), Accuracy(advised));
            JsonElement cost = compiled.Json.GetProperty("cost");
            Assert.Equal(cost.GetProperty("energyPj").GetDouble(), advised.GetProperty("energyPj").GetDouble());
            Assert.Equal(cost.GetProperty("arrays").GetInt64(), advised.GetProperty("arrays").GetInt64());
        }
    }

    [Fact]
    public async Task Without_labels_outputs_are_compared_and_more_bits_for_the_worst_layer_bring_them_nearer()
    {
        CliRun run = await Advise("--weight-bits", "3", "--activation-bits", "8");
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        double before = run.Json.GetProperty("baseline").GetProperty("cosine").GetDouble();
        JsonElement wider = run.Json.GetProperty("changes").EnumerateArray().Single(c => c.GetProperty("kind").GetString() == "precision");
        Assert.StartsWith("5-bit weights in '", Name(wider), StringComparison.Ordinal);
        Assert.True(wider.GetProperty("cosine").GetDouble() > before);
    }

    [Fact]
    public async Task A_table_and_the_change_to_try_first_are_for_people()
    {
        string narrow = Write("narrow", """{ "base": "isaac", "rows": 64, "columns": 64, "adcBits": 3 }""");
        CliRun run = await CliRun.Of(["advise", Sample("models/motion.onnx"), "--hardware", narrow, .. Data, "--evaluation",
            Sample("data/test.npz"), "--limit", "100"]);
        Assert.True(run.ExitCode == ExitCode.Ok, run.Error);
        Assert.Contains("as it is", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"try first +\S+", run.Output);
    }

    [Fact]
    public void Of_equally_good_changes_the_one_that_takes_least_energy_comes_first()
    {
        Advice advice = Of(0.50, ("dear", 0.92, 9), ("cheap", 0.915, 2), ("worse and cheaper", 0.80, 1));
        Assert.Equal("cheap", advice.First!.Change.Text);
        Assert.Null(Of(0.915, ("dear", 0.92, 9)).First);
    }

    private static Advice Of(double baseline, params (string Name, double Accuracy, double Energy)[] changes) => new(
        400, 0.93, Fidelity.Adc, Result("as it is", baseline, 3), [.. changes.Select(c => Result(c.Name, c.Accuracy, c.Energy))]);

    private static AdviceResult Result(string name, double accuracy, double energy) =>
        new(new AdviceChange("hardware", name, o => o), accuracy, accuracy, null, CostOf(energy), null);

    private static Cost CostOf(double energyPj) => new()
    {
        Hardware = "isaac", LatencyNs = 1, Energy = new EnergyBreakdown { AdcPj = energyPj }, AreaUm2 = 1, Arrays = 1, Cores = 1,
        Events = new CostEvents(), Layers = [],
    };

    private static Task<CliRun> Advise(params string[] arguments) =>
        CliRun.Of(["advise", Sample("models/motion.onnx"), .. Data, .. arguments, "--json"]);

    private static string[] Data => ["--calibration", Sample("data/calibration.npz"), "--scale", "8/255", "--mean", "4"];

    private static string Name(JsonElement change) => change.GetProperty("change").GetString()!;

    private static double Accuracy(JsonElement change) => change.GetProperty("accuracy").GetDouble();

    private string Write(string name, string profile)
    {
        string path = Path.Combine(_folder, name + ".cimhw.json");
        File.WriteAllText(path, profile);
        return path;
    }

    private static string Sample(string file)
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Cim.Sdk.sln"))) return Path.Combine(folder, "samples", "MotionSensor", file);
        throw new DirectoryNotFoundException("samples/MotionSensor");
    }
}
