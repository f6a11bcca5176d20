using System.IO.Compression;
using System.Reflection;
using System.Xml.Linq;

namespace Cim.Package.Tests;

/// <summary>The packages, packed once for all tests, and the folders that temporary projects share.</summary>
public sealed class PackedSdk : IDisposable
{
    // Never the version of a release: the packages folder of the machine may hold that one.
    public const string Version = "0.1.0-test.1";

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("cim-package-");

    public PackedSdk()
    {
        Feed = Path.Combine(_root.FullName, "feed");
        Pack("src/Cim.Sdk", "Cim.Sdk");
        File.WriteAllText(Path.Combine(_root.FullName, "NuGet.config"), $"""
            <configuration>
              <packageSources><add key="cim-test-feed" value="{Feed}" /></packageSources>
              <config><add key="globalPackagesFolder" value="{Path.Combine(_root.FullName, "packages")}" /></config>
              <!-- What the machine has already, say reference packs, is not downloaded again. -->
              <fallbackPackageFolders><add key="machine" value="{MachinePackages()}" /></fallbackPackageFolders>
            </configuration>
            """);
        // Ends the search upwards: nothing above the temporary folder takes part.
        foreach (string name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props" })
            File.WriteAllText(Path.Combine(_root.FullName, name), "<Project />");
    }

    public string Feed { get; }

    public string PackagePath => Path.Combine(Feed, $"Cim.Sdk.{Version}.nupkg");

    public string RuntimePackagePath => Path.Combine(Feed, $"Cim.Runtime.{Version}.nupkg");

    /// <summary>A cache for models that several tests build alike.</summary>
    public string Cache => Path.Combine(_root.FullName, "cache");

    internal static string Configuration => Metadata("Configuration");

    internal static string RepositoryRoot => Metadata("RepositoryRoot");

    internal TemporaryProject Project(string name = "App") =>
        new(Directory.CreateDirectory(Path.Combine(_root.FullName, Guid.NewGuid().ToString("N")[..8])).FullName, name);

    public string[] Entries() => Entries(PackagePath);

    /// <summary>Packs a project that is built already into the feed; the path of its package.</summary>
    public string Pack(string project, string id)
    {
        CommandLine.Run(RepositoryRoot,
            ["pack", project, "--no-build", "-c", Configuration, "-o", Feed, "-p:PackageVersion=" + Version, "--nologo", "-v", "q"],
            [(CommandLine.PackagesFolder, MachinePackages())]).Succeeds();
        return Path.Combine(Feed, $"{id}.{Version}.nupkg");
    }

    /// <summary>The project file of a sample, which names the version of a release, with the version that is tested.</summary>
    internal static string OfThisVersion(string project)
    {
        const string Released = "\"Cim.Sdk\" Version=\"0.1.0\"";
        Assert.Contains(Released, project, StringComparison.Ordinal);
        return project.Replace(Released, $"\"Cim.Sdk\" Version=\"{Version}\"", StringComparison.Ordinal);
    }

    internal static string[] Entries(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(package);
        return [.. archive.Entries.Select(e => e.FullName)];
    }

    /// <summary>What a package depends on, one line a framework: <c>net8.0: Cim.Runtime 0.1.0</c>.</summary>
    internal static string[] Dependencies(string package)
    {
        using ZipArchive archive = ZipFile.OpenRead(package);
        using Stream stream = archive.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return [.. XDocument.Load(stream).Descendants().Where(e => e.Name.LocalName == "group").Select(group =>
            $"{group.Attribute("targetFramework")?.Value}: "
                + $"{string.Join(", ", group.Elements().Select(d => $"{d.Attribute("id")?.Value} {d.Attribute("version")?.Value}"))}")
                .Order()];
    }

    public void Dispose() => _root.Delete(recursive: true);

    private static string MachinePackages()
    {
        string folder = Environment.GetEnvironmentVariable(CommandLine.PackagesFolder) is { Length: > 0 } own ? own
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        return Directory.CreateDirectory(folder).FullName;
    }

    private static string Metadata(string key) =>
        typeof(PackedSdk).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}

[CollectionDefinition(Name)]
public sealed class PackageTestGroup : ICollectionFixture<PackedSdk>
{
    public const string Name = "package";
}
