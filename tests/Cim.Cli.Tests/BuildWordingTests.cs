using Cim.Cli.Invocation;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Google.Protobuf;
using Xunit;

namespace Cim.Cli.Tests;

/// <summary>In a build, problems are worded for the item, and name the model.</summary>
public sealed class BuildWordingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("cim-test-").FullName;

    public BuildWordingTests() => File.WriteAllBytes(At("net.onnx"), SmallNetwork.Network([-1, 3], [-1, 3]).ToByteArray());

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    [Fact]
    public void An_option_is_a_flag_on_the_command_line_and_metadata_in_a_build()
    {
        Worded($"{OptionTable.Search.Is("RL")}; it must be uniform, or {OptionTable.Policy.Named()} is set.",
            "--search is 'RL'; it must be uniform, or --policy is set.", "Search=\"RL\"; it must be uniform, or Policy is set.");
        Worded($"say how much to save ({OptionTable.MergeWeights.With("0.4")}).",
            "say how much to save (--merge 0.4).", "say how much to save (MergeWeights=\"0.4\").");
        Worded($"leave {OptionTable.Strips.Named()} out.", "leave --strips out.", "leave Strips out.");
    }

    [Fact]
    public void What_a_build_switches_by_a_property_is_that_property() => Worded($"compile with {OptionTable.ForceEvaluate.Named()}.",
        "compile with --force-evaluate.", "compile with -p:CimForceEvaluate=true.");

    [Fact]
    public void Text_that_looks_like_an_option_stays_as_it_is() =>
        Worded("/data/a--search/x.npz --policy", "/data/a--search/x.npz --policy", "/data/a--search/x.npz --policy");

    [Fact]
    public void A_message_within_a_message_keeps_its_options()
    {
        MessageText inner = $"see {OptionTable.Seed.Named()}";
        Worded($"{1.5} is wrong: {inner}.", "1.5 is wrong: see --seed.", "1.5 is wrong: see Seed.");
    }

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

    [Fact]
    public void No_message_of_the_compiler_has_a_flag_in_its_text()
    {
        string[] flags = [.. OptionTable.OnCommandLine.Select(row => row.Flag)];
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Root(), "src", "Cim.Compiler"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal)))
        {
            string[] found = [.. File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal)
                && !line.Contains("Flag = \"", StringComparison.Ordinal) && flags.Any(flag => HasFlag(line, flag)))];
            Assert.True(found.Length == 0, $"{file}: {string.Join('\n', found)}");
        }

        static bool HasFlag(string line, string flag)
        {
            int at = line.IndexOf(flag, StringComparison.Ordinal);
            if (at < 0 || at + flag.Length == line.Length) return at >= 0;
            char next = line[at + flag.Length];
            return next != '-' && !char.IsAsciiLetter(next);
        }
    }

    private static void Worded(MessageText text, string onCommandLine, string inBuild)
    {
        Assert.Equal(onCommandLine, text.ToString());
        Assert.Equal(inBuild, BuildWording.ForBuild(new Problem("CIM0010", text), "net.onnx").Message);
    }

    private static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Cim.Sdk.sln"))) return folder.FullName;
        throw new InvalidOperationException("Cim.Sdk.sln was not found above the tests.");
    }
}
