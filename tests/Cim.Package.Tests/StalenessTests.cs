namespace Cim.Package.Tests;

/// <summary>What is built follows the content of everything it depends on, in solutions of any shape.</summary>
[Collection(PackageTestGroup.Name)]
public class StalenessTests(PackedSdk sdk)
{
    private const string Compiled = ": compiled";
    private const string FromCache = ": taken from the cache";

    // These tests are about when the compiler runs, not about what it makes.
    private static string Fake => "-p:CimCompilerPath=" + Path.Combine(AppContext.BaseDirectory, "Cim.FakeCompiler.dll");

    [Fact]
    public void Whatever_a_model_depends_on_is_known_by_content()
    {
        TemporaryProject project = sdk.Project().Write("mlp.onnx", Networks.Perceptron()).Write("Program.cs", "return 0;")
            .Write("child.cimhw.json", """{ "base": "parent.cimhw.json" }""")
            .Write("parent.cimhw.json", """{ "base": "isaac", "rows": 64 }""")
            .WithItems("""<CimModel Include="mlp.onnx" Hardware="child.cimhw.json" />""");
        Assert.Equal((1, 0), Counts(project.Build(Fake)));
        Assert.Equal((0, 0), Counts(project.Build("--no-restore", Fake)));

        // The base of the profile, of the same size and time.
        DateTime time = File.GetLastWriteTimeUtc(project["parent.cimhw.json"]);
        project.Write("parent.cimhw.json", """{ "base": "isaac", "rows": 32 }""");
        File.SetLastWriteTimeUtc(project["parent.cimhw.json"], time);
        Assert.Equal((1, 0), Counts(project.Build("--no-restore", Fake)));

        // An older model, with other outputs.
        project.Write("mlp.onnx", Networks.TwoOutputs());
        File.SetLastWriteTimeUtc(project["mlp.onnx"], new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Assert.Equal((1, 0), Counts(project.Build("--no-restore", Fake)));
        Assert.Contains("sum.positive", File.ReadAllText(project["obj/Debug/net10.0/cim/mlp.cimsig"]), StringComparison.Ordinal);

        // A damaged result in the intermediate folder.
        File.WriteAllBytes(project["obj/Debug/net10.0/cim/mlp.cim"], [1]);
        Assert.Equal((0, 1), Counts(project.Build("--no-restore", Fake)));
        Assert.Equal(3, new FileInfo(project["obj/Debug/net10.0/cim/mlp.cim"]).Length);

        // dotnet watch restarts on each of them.
        string watched = project.Dotnet("msbuild", "-nologo", "-getItem:Watch", "-p:TargetFramework=net10.0").Succeeds().Output;
        Assert.All(["mlp.onnx", "child.cimhw.json", "parent.cimhw.json"], file => Assert.Contains(file, watched, StringComparison.Ordinal));
    }

    [Fact]
    public void On_a_fresh_machine_the_cache_is_below_the_home_folder_that_is_still_empty()
    {
        if (OperatingSystem.IsWindows()) return; // The folder is always there.
        TemporaryProject project = sdk.Project().Write("mlp.onnx", Networks.Perceptron()).Write("home/empty.txt", "")
            .WithItems("""<CimModel Include="mlp.onnx" />""");
        string file = Directory.GetFiles(project.Folder, "*.csproj").Single();
        File.WriteAllText(file, File.ReadAllText(file).Replace("<CimCacheDir>../cache</CimCacheDir>", "", StringComparison.Ordinal));
        project.Dotnet("restore", "--nologo").Succeeds();
        string folder = project.DotnetWith([("HOME", project["home"]), ("DOTNET_NOLOGO", "1"), ("XDG_DATA_HOME", "")], "msbuild", "-nologo",
            "-getProperty:CimCacheDir").Succeeds().Output.Trim();
        Assert.StartsWith(project["home"], folder, StringComparison.Ordinal);
    }

    [Fact]
    public void Frameworks_and_projects_that_want_one_model_at_once_wait_for_each_other_and_end()
    {
        TemporaryProject library = sdk.Project("Library");
        const string Model = """<CimModel Include="mlp.onnx" ClassName="Net" />""";
        const string Frameworks = "<TargetFrameworks>net8.0;net10.0</TargetFrameworks>";
        library.Write("mlp.onnx", Networks.Perceptron()).WithItems(Model, Frameworks);
        TemporaryProject other = library.Beside("Other");
        other.Write("mlp.onnx", Networks.Perceptron()).WithItems(Model, Frameworks);
        TemporaryProject app = library.Beside("User");
        app.Write("Program.cs", "return typeof(Library.Net).Name == typeof(Other.Net).Name ? 0 : 1;")
            .Write("User.csproj", """
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <TargetFrameworks>net8.0;net10.0</TargetFrameworks><OutputType>Exe</OutputType><UseAppHost>false</UseAppHost>
                  </PropertyGroup>
                  <ItemGroup>
                    <ProjectReference Include="../Library/Library.csproj" /><ProjectReference Include="../Other/Other.csproj" />
                  </ItemGroup>
                </Project>
                """);
        CommandResult built = app.DotnetWith([("CIM_FAKE", "slow")], "build", "--nologo", "-m:2", Fake);
        Assert.Equal(1, built.Succeeds().Count(Compiled + ",") + built.Count(Compiled + "."));
        app.Run().Succeeds();
    }

    private static (int Compiled, int FromCache) Counts(CommandResult result) =>
        (result.Succeeds().Count(Compiled), result.Count(FromCache));
}
