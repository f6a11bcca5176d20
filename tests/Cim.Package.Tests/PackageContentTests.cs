using System.IO.Compression;
using System.Text.Json.Nodes;

namespace Cim.Package.Tests;

[Collection(PackageTestGroup.Name)]
public class PackageContentTests(PackedSdk sdk)
{
    [Fact]
    public void Package_has_the_layout_that_build_and_IDE_expect()
    {
        string[] entries = sdk.Entries();
        Assert.All(
            [
                "analyzers/dotnet/cs/Cim.Generators.dll", "tasks/netstandard2.0/Cim.Tasks.dll",
                "build/Cim.Sdk.props", "build/Cim.Sdk.targets", "build/Cim.Sdk.Version.props", "build/Cim.Sdk.Pack.targets",
                "buildMultiTargeting/Cim.Sdk.props", "buildMultiTargeting/Cim.Sdk.targets",
                "tools/net10.0/any/cim.dll", "tools/net10.0/any/cim.deps.json", "tools/net10.0/any/cim.runtimeconfig.json",
                "README.md", "LICENSE", "THIRD-PARTY-NOTICES.txt", "tools/net10.0/any/onnxruntime-ThirdPartyNotices.txt",
            ],
            path => Assert.Contains(path, entries));
    }

    [Fact]
    public void Runtime_is_a_package_of_its_own_with_documentation_and_symbols_and_no_dependencies()
    {
        string[] entries = PackedSdk.Entries(sdk.RuntimePackagePath);
        Assert.All(
            [
                "lib/net8.0/Cim.Runtime.dll", "lib/net8.0/Cim.Runtime.xml", "lib/net8.0/Cim.Runtime.pdb",
                "lib/net10.0/Cim.Runtime.dll", "lib/net10.0/Cim.Runtime.xml", "lib/net10.0/Cim.Runtime.pdb", "README.md", "LICENSE",
            ],
            path => Assert.Contains(path, entries));
        Assert.Equal(["net10.0: ", "net8.0: "], PackedSdk.Dependencies(sdk.RuntimePackagePath));
        Assert.InRange(new FileInfo(sdk.RuntimePackagePath).Length, 100_000, 2_000_000);
    }

    [Fact]
    public void Sdk_depends_on_the_runtime_of_its_own_version_and_brings_no_other_assembly_to_programs()
    {
        Assert.Equal([$"net8.0: Cim.Runtime {PackedSdk.Version}"], PackedSdk.Dependencies(sdk.PackagePath));
        Assert.Equal(["lib/net8.0/_._"], sdk.Entries().Where(e => e.StartsWith("lib/", StringComparison.Ordinal)));
    }

    [Fact]
    public void Generator_and_tasks_bring_no_dependencies()
    {
        Assert.Single(sdk.Entries(), e => e.StartsWith("analyzers/", StringComparison.Ordinal));
        Assert.Single(sdk.Entries(), e => e.StartsWith("tasks/", StringComparison.Ordinal));
        Assert.DoesNotContain(sdk.Entries(), e => e.StartsWith("buildTransitive/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("linux-x64", "libonnxruntime.so")]
    [InlineData("linux-arm64", "libonnxruntime.so")]
    [InlineData("win-x64", "onnxruntime.dll")]
    [InlineData("win-arm64", "onnxruntime.dll")]
    [InlineData("osx-arm64", "libonnxruntime.dylib")]
    public void Compiler_has_the_native_libraries_of(string system, string library) =>
        Assert.Contains($"tools/net10.0/any/runtimes/{system}/native/{library}", sdk.Entries());

    [Fact]
    public void Native_libraries_of_other_systems_and_files_for_linkers_and_debuggers_are_left_out()
    {
        string[] systems = [.. sdk.Entries().Where(e => e.StartsWith("tools/net10.0/any/runtimes/", StringComparison.Ordinal))
            .Select(e => e.Split('/')[4]).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(["linux-arm64", "linux-x64", "osx-arm64", "win-arm64", "win-x64"], systems);
        Assert.DoesNotContain(sdk.Entries(), e => Path.GetExtension(e) is ".pdb" or ".lib" or ".dbg" or ".dSYM");
    }

    [Fact]
    public void Package_stays_under_80_MB() =>
        Assert.InRange(new FileInfo(sdk.PackagePath).Length, 1_000_000, 80_000_000);

    [Fact]
    public void Every_third_party_package_is_in_the_notices_with_its_version()
    {
        string[] notices = File.ReadAllLines(Path.Combine(PackedSdk.RepositoryRoot, "src", "Cim.Sdk", "THIRD-PARTY-NOTICES.txt"));
        using ZipArchive archive = ZipFile.OpenRead(sdk.PackagePath);
        using Stream stream = archive.GetEntry("tools/net10.0/any/cim.deps.json")!.Open();
        string[][] packages = [.. JsonNode.Parse(stream)!["libraries"]!.AsObject()
            .Where(library => (string?)library.Value!["type"] == "package").Select(library => library.Key.Split('/'))];
        Assert.NotEmpty(packages);
        Assert.All(packages, package => Assert.Contains(notices, line =>
            line.Contains(package[0], StringComparison.Ordinal) && line.Contains(" " + package[1], StringComparison.Ordinal)));
    }
}
