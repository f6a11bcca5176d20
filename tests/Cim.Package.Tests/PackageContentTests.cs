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
                "lib/net8.0/Cim.Runtime.dll", "lib/net8.0/Cim.Runtime.xml", "lib/net10.0/Cim.Runtime.dll", "lib/net10.0/Cim.Runtime.xml",
                "analyzers/dotnet/cs/Cim.Generators.dll", "tasks/netstandard2.0/Cim.Tasks.dll",
                "build/Cim.Sdk.props", "build/Cim.Sdk.targets", "build/Cim.Sdk.Version.props", "buildMultiTargeting/Cim.Sdk.props", "buildMultiTargeting/Cim.Sdk.targets",
                "tools/net10.0/any/cim.dll", "tools/net10.0/any/cim.deps.json", "tools/net10.0/any/cim.runtimeconfig.json",
                "README.md", "LICENSE", "THIRD-PARTY-NOTICES.txt", "tools/net10.0/any/onnxruntime-ThirdPartyNotices.txt",
            ],
            path => Assert.Contains(path, entries));
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
    [InlineData("win-x64", "onnxruntime.dll")]
    [InlineData("win-arm64", "onnxruntime.dll")]
    [InlineData("osx-arm64", "libonnxruntime.dylib")]
    public void Compiler_has_the_native_libraries_of(string system, string library) =>
        Assert.Contains($"tools/net10.0/any/runtimes/{system}/native/{library}", sdk.Entries());

    [Fact]
    public void Package_stays_under_80_MB() =>
        Assert.InRange(new FileInfo(sdk.PackagePath).Length, 1_000_000, 80_000_000);

    [Fact]
    public void Every_third_party_assembly_is_in_the_notices()
    {
        string notices = File.ReadAllText(Path.Combine(PackedSdk.RepositoryRoot, "src", "Cim.Sdk", "THIRD-PARTY-NOTICES.txt"));
        string[] assemblies = [.. sdk.Entries().Where(e => e.StartsWith("tools/", StringComparison.Ordinal) && e.EndsWith(".dll", StringComparison.Ordinal) && !e.Contains("/runtimes/", StringComparison.Ordinal))
            .Select(e => Path.GetFileNameWithoutExtension(e)).Where(n => !n.StartsWith("cim", StringComparison.OrdinalIgnoreCase))];
        Assert.NotEmpty(assemblies);
        Assert.All(assemblies, name => Assert.Contains(name, notices, StringComparison.Ordinal));
    }
}
