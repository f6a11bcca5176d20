using System.Text.Json;
using System.Text.Json.Nodes;
using Cim.Cli.Commands.Schemas;
using Cim.Runtime.Hardware.Profiles;
using Json.Schema;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>The schemas, held by JsonSchema.Net against the files they are about.</summary>
public sealed class SchemaCommandTests : IDisposable
{
    private readonly SmallNetwork _net = new();

    private static string Repository
    {
        get
        {
            DirectoryInfo d = new(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) d = d.Parent!;
            return d.FullName;
        }
    }

    public void Dispose() => _net.Dispose();

    private static bool Fits(string kind, string json)
    {
        JsonSchema schema = JsonSchema.FromText(SchemaCommand.TextOf(kind));
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions
        {
            CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true,
        });
        return schema.Evaluate(document.RootElement).IsValid;
    }

    /// <summary><c>CIM_UPDATE_DOCS=1 dotnet test tests/Cim.Cli.Tests --filter SchemaCommandTests</c> writes them anew.</summary>
    [Theory]
    [InlineData("profile", "cimhw.schema.json")]
    [InlineData("recipe", "recipe.schema.json")]
    [InlineData("policy", "policy.schema.json")]
    public async Task The_package_has_the_schema_that_is_printed(string kind, string file)
    {
        string path = Path.Combine(Repository, "src", "Cim.Sdk", "schemas", file), text = (await CliRun.Of("schema", kind)).Output;
        if (Environment.GetEnvironmentVariable("CIM_UPDATE_DOCS") == "1") await File.WriteAllTextAsync(path, text);
        Assert.Equal(await File.ReadAllTextAsync(path), text);
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(text), JsonNode.Parse((await CliRun.Of("schema", kind, "--json")).Output)!["document"]));
    }

    [Fact]
    public void Every_built_in_profile_fits() => Assert.All(HardwareProfiles.BuiltInNames, name => Assert.True(
        Fits("profile", File.ReadAllText(Path.Combine(Repository, "src/Cim.Runtime/Hardware/Profiles", name + ".cimhw.json"))), name));

    [Theory]
    [InlineData("""{ "$schema": "x", "base": "isaac", "rows": 64, "adcRange": [-1, 1], "readNoise": { "sigma": 0.01 } }""", true)]
    [InlineData("""{ "base": "isaac", "gOn": { "value": 50, "unit": "uS", "source": "measured" } }""", true)]
    [InlineData("""{ "base": "isaac", "adcEnergy": { "5": 0.9 } }""", true)]
    [InlineData("""{ "rows": 64 }""", false)]
    [InlineData("""{ "base": "isaac", "rowz": 64 }""", false)]
    [InlineData("""{ "base": "isaac", "rows": 0 }""", false)]
    [InlineData("""{ "base": "isaac", "encoding": "diff" }""", false)]
    [InlineData("""{ "base": "isaac", "gOn": { "value": 50, "unit": "ms" } }""", false)]
    public async Task Profiles_fit_that_the_reader_takes_and_no_others(string text, bool fits)
    {
        Assert.Equal(fits, Fits("profile", text));
        await File.WriteAllTextAsync(_net.At("mine.cimhw.json"), text);
        Assert.Equal(fits ? 0 : 1, (await CliRun.Of("hardware", "show", _net.At("mine.cimhw.json"))).ExitCode);
    }

    [Fact]
    public void Recipes_of_samples_and_benchmarks_fit()
    {
        string[] recipes = [.. new[] { "samples", "bench/recipes" }.SelectMany(folder => Directory.EnumerateFiles(
                Path.Combine(Repository, folder), "*.json", SearchOption.AllDirectories))
            .Where(f => f.Contains("training", StringComparison.Ordinal) || f.Contains("recipes", StringComparison.Ordinal))
            .Where(f => File.ReadAllText(f).Contains("\"network\":", StringComparison.Ordinal))];
        Assert.NotEmpty(recipes);
        Assert.All(recipes, recipe => Assert.True(Fits("recipe", File.ReadAllText(recipe)), recipe));
    }

    [Theory]
    [InlineData("""{ "$schema": "x", "network": { "file": "a.onnx" }, "data": { "train": "a.npz" }, "output": "b.onnx" }""", true)]
    [InlineData("""{ "network": { "file": "a.onnx" }, "data": { "train": "a.npz" } }""", false)]
    [InlineData(
        """{ "network": { "file": "a.onnx" }, "data": { "train": "a.npz" }, "output": "b.onnx", "training": { "epochs": 1.5 } }""", false)]
    [InlineData(
        """{ "network": { "file": "a.onnx" }, "data": { "train": "a.npz" }, "output": "b.onnx", "training": { "epoch": 1 } }""", false)]
    public async Task Recipes_fit_that_the_reader_takes_and_no_others(string text, bool fits)
    {
        Assert.Equal(fits, Fits("recipe", text));
        await File.WriteAllTextAsync(_net.At("recipe.json"), text);
        // What the reader takes fails later, for there is no such network.
        Assert.Equal(fits, !(await CliRun.Of("train", _net.At("recipe.json"))).Error.Contains("CIM0041", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""[{ "name": "dense", "weightBits": 5 }]""", true)]
    [InlineData("""{ "$schema": "x", "policy": [{ "name": "dense", "adcBits": 6 }] }""", true)]
    [InlineData("[[4, 4]]", true)]
    [InlineData("""[{ "weightBits": 5 }]""", false)]
    [InlineData("""[{ "name": "dense", "weightbits": 5 }]""", false)]
    [InlineData("""[{ "name": "dense", "weightBits": 9 }]""", false)]
    [InlineData("""{ "policy": [], "plicy": [] }""", false)]
    [InlineData("[[4]]", false)]
    public async Task Policies_fit_that_the_reader_takes_and_no_others(string text, bool fits)
    {
        Assert.Equal(fits, Fits("policy", text));
        await File.WriteAllTextAsync(_net.At("policy.json"), text);
        Assert.Equal(fits ? 0 : 1, (await CliRun.Of("cost", _net.At("net.onnx"), "--policy", _net.At("policy.json"))).ExitCode);
    }

    [Fact]
    public async Task What_compile_prints_fits_as_a_policy()
    {
        CliRun run = await CliRun.Of("compile", _net.At("net.onnx"), "-o", _net.At("net.cim"), "--calibration", _net.At("x.npy"), "--json");
        Assert.True(Fits("policy", run.Output), run.Output);
    }
}
