using System.Globalization;
using Cim.Cli.Commands;
using Cim.Tasks.Options;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>In a build, problems are worded for the item, and name the model.</summary>
public sealed class BuildWordingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cim-test-").FullName;

    public BuildWordingTests() => File.WriteAllBytes(At("net.onnx"), CompileCommandTests.Network());

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    [Theory]
    [InlineData("--search is 'RL'; it must be uniform (the same bits everywhere, or those of --policy), rl.",
        "Search=\"RL\"; it must be uniform (the same bits everywhere, or those of Policy), rl.")]
    [InlineData("--search rl judges; give some with --calibration, or choose the bits yourself (--search uniform).",
        "Search=\"rl\" judges; give some with Calibration, or choose the bits yourself (Search=\"uniform\").")]
    [InlineData("--adc-bits is 17; it must be 1 to 16.", "AdcBits=\"17\"; it must be 1 to 16.")]
    [InlineData("check the data's --scale, --mean, --std and the network.", "check the data's Scale, Mean, Std and the network.")]
    [InlineData("say how much to save (--merge 0.4).", "say how much to save (MergeWeights=\"0.4\").")]
    [InlineData("leave --strips out.", "leave Strips out.")]
    [InlineData("compile with --force-evaluate to write it anew.", "compile with -p:CimForceEvaluate=true to write it anew.")]
    [InlineData("See 'cim compile --help'.", "See 'cim compile --help'.")]
    [InlineData("/data/a--search/x.npz", "/data/a--search/x.npz")]
    public void Flags_become_metadata(string message, string expected) =>
        Assert.Equal(expected, BuildWording.ForBuild(new Problem("CIM0010", message), "net.onnx").Message);

    [Fact]
    public void What_names_no_file_is_about_the_model()
    {
        Assert.Equal("net.onnx", BuildWording.ForBuild(new Problem("CIM4999", "x"), "net.onnx").File);
        Assert.Equal("data.npz", BuildWording.ForBuild(new Problem("CIM0006", "x", "data.npz"), "net.onnx").File);
    }

    [Fact]
    public async Task The_command_words_its_errors_and_warnings_for_a_build_that_started_it()
    {
        CliRun person = await CliRun.Of(["compile", At("net.onnx"), "--search", "RL"]);
        Assert.StartsWith("cim: error CIM0010: --search is 'RL'", person.Error, StringComparison.Ordinal);
        CliRun build = await CliRun.Of(["compile", At("net.onnx"), "--in-build", "--search", "RL"]);
        Assert.StartsWith($"{At("net.onnx")}(1,1): error CIM0010: Search=\"RL\"", build.Error, StringComparison.Ordinal);
        CliRun warning = await CliRun.Of(["compile", At("net.onnx"), "--in-build"]);
        Assert.Contains($"{At("net.onnx")}(1,1): warning CIM3001: ", warning.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("--", warning.Error, StringComparison.Ordinal);
    }

    public static TheoryData<string> Integers => [.. ModelMetadata.All.Where(m => m.Kind == MetadataKind.Integer).Select(m => m.Name)];

    [Theory]
    [MemberData(nameof(Integers))]
    public async Task A_whole_number_has_the_same_limits_in_item_and_command(string name)
    {
        ModelMetadata option = ModelMetadata.All.Single(m => m.Name == name);
        Assert.False(await IsRefused(option, option.Min));
        if (option.Max < int.MaxValue) Assert.False(await IsRefused(option, option.Max));
        Assert.True(await IsRefused(option, option.Min - 1));
        if (option.Max < int.MaxValue) Assert.True(await IsRefused(option, option.Max + 1));
    }

    [Fact]
    public void Every_option_of_the_command_has_metadata_unless_the_build_sets_it()
    {
        string[] builds = ["--output", "--report", "--force-evaluate", "--refresh-lock", "--locked", "--lock-only", "--dependencies"];
        string[] flags = [.. CompileCommand.Create().Options.Select(o => o.Name)];
        Assert.Empty(flags.Except(ModelMetadata.All.Select(m => m.Flag)).Except(builds));
        Assert.Empty(ModelMetadata.All.Select(m => m.Flag).OfType<string>().Except(flags));
    }

    public static IEnumerable<object[]> Choices =>
        ModelMetadata.All.Where(m => m.Flag is not null && m.Kind == MetadataKind.Choice)
            .SelectMany(m => m.Choices.Append("none of them").Select(c => new object[] { m.Name, c }));

    [Theory]
    [MemberData(nameof(Choices))]
    public async Task A_choice_has_the_same_values_in_item_and_command(string name, string value)
    {
        ModelMetadata option = ModelMetadata.All.Single(m => m.Name == name);
        CliRun run = await CliRun.Of(["compile", At("missing.onnx"), option.Flag!, value, .. Needed(option)]);
        // What is wrong with the option is reported before the model is looked for.
        Assert.Equal(!option.Choices.Contains(value), run.Error.Contains("error CIM0010", StringComparison.Ordinal));
    }

    private async Task<bool> IsRefused(ModelMetadata option, long value)
    {
        CliRun run = await CliRun.Of(
            ["compile", At("net.onnx"), option.Flag!, value.ToString(CultureInfo.InvariantCulture), .. Needed(option)]);
        return run.Error.Contains("error CIM0010", StringComparison.Ordinal)
            || run.Error.Contains("error CIM0011", StringComparison.Ordinal);
    }

    // Options about something that is not asked for are wrong, or not looked at.
    private string[] Needed(ModelMetadata option) => option.Name switch
    {
        "Epochs" or "TrainingShift" => ["--training", At("none.npz")],
        "StripUnit" => ["--strips", "0.5"],
        "MergeMethod" => ["--merge", "0.4"],
        _ => [],
    };
}
