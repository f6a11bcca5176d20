using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Cim.Package.Tests;

/// <summary>Everything people do with a solution once it is built: test, pack, publish, use the packed library.</summary>
[Collection(PackageTestGroup.Name)]
public class SolutionTests(PackedSdk sdk, BuiltSolution built) : IClassFixture<BuiltSolution>
{
    private readonly Solution _solution = built.Solution;

    [Fact]
    public void Dotnet_test_runs_the_model_of_the_library() =>
        Assert.Contains("Passed:     1", _solution.Dotnet("test", "Tests", "--no-build", "-c", "Release", "--nologo").Succeeds().Output,
            StringComparison.Ordinal);

    [Fact]
    public void A_packed_library_brings_its_users_the_runtime_and_not_the_compiler()
    {
        _solution.Dotnet("pack", "Library", "--no-build", "-c", "Release", "--nologo").Succeeds();
        string packed = Path.Combine(_solution.Folder, "packed");
        Assert.Equal([$"net10.0: Cim.Runtime {PackedSdk.Version}", $"net8.0: Cim.Runtime {PackedSdk.Version}"],
            PackedSdk.Dependencies(Path.Combine(packed, $"Library.{Solution.Version}.nupkg")));
        Assert.Equal(["project.assets.json"],
            _solution.Library.Files("obj").Where(f => f.EndsWith("project.assets.json", StringComparison.Ordinal)));

        TemporaryProject user = sdk.Project("User");
        string packages = Path.Combine(user.Folder, "packages");
        user.Write("NuGet.config", $"""
            <configuration>
              <packageSources><add key="library" value="{packed}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{packages}" /></config>
            </configuration>
            """)
            .Write("Program.cs", "Console.WriteLine(Library.Net.Load().Run(new float[12]).ClassScores.Length);")
            .Write("User.csproj", Solution.Project("<TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType>", $"""
                <PackageReference Include="Library" Version="{Solution.Version}" />
                """));
        user.Build().Succeeds();
        Assert.Equal("4", user.Run().Succeeds().Output.Trim());
        string[] restored = [.. Directory.GetDirectories(packages).Select(f => Path.GetFileName(f)!)];
        Assert.Contains("cim.runtime", restored);
        Assert.DoesNotContain("cim.sdk", restored);
    }

    [Fact]
    public void Published_as_a_single_file_the_app_runs() =>
        Publish("--no-self-contained", "-p:PublishSingleFile=true");

    [Fact]
    public void Published_trimmed_as_a_single_file_the_app_runs_without_a_trim_warning() =>
        Publish("--self-contained", "-p:PublishTrimmed=true", "-p:PublishSingleFile=true");

    [NativeAotFact]
    public void Published_as_native_code_the_app_runs_without_a_warning() =>
        Publish("-p:PublishAot=true");

    [Fact]
    public void The_analyzers_of_trimming_and_native_code_run_on_the_generated_class() =>
        Assert.All(["EnableTrimAnalyzer", "EnableAotAnalyzer"], property => Assert.Equal("true", _solution.App.Dotnet(
            "msbuild", "-nologo", "-p:TargetFramework=net10.0", "-getProperty:" + property).Succeeds().Output.Trim()));

    private void Publish(params string[] how)
    {
        string folder = "published-" + how[^1].Split(':', '=')[1] + how[0].TrimStart('-').Split(':')[0];
        string[] where = ["-c", "Release", "-f", "net10.0", "-r", RuntimeInformation.RuntimeIdentifier, "-o", folder];
        CommandResult published = _solution.Dotnet(["publish", "App", "--nologo", .. where, .. how]).Succeeds();
        Assert.Equal(0, published.Compilations);
        Assert.DoesNotContain("warning IL", published.Output, StringComparison.Ordinal);

        string program = Path.Combine(_solution.Folder, folder, OperatingSystem.IsWindows() ? "App.exe" : "App");
        Assert.DoesNotContain(Directory.GetFiles(Path.GetDirectoryName(program)!), f => f.EndsWith(".dll", StringComparison.Ordinal));
        using Process process = Process.Start(new ProcessStartInfo(program) { RedirectStandardOutput = true })!;
        Assert.Equal(Solution.AppOutput, process.StandardOutput.ReadToEnd().Trim());
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}

/// <summary>The solution, built once.</summary>
public sealed class BuiltSolution
{
    public BuiltSolution(PackedSdk sdk)
    {
        Solution = Solution.Create(sdk);
        CommandResult result = Solution.Dotnet("build", "All.slnx", "-c", "Release", "--nologo").Succeeds();
        // The library's for both frameworks, and the app's, which keeps labels and preprocessing besides.
        Assert.True(result.Compilations == 2, result.Output);
    }

    internal Solution Solution { get; }
}
