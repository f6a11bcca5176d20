using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Cim.Package.Tests;

/// <summary>The command as a .NET tool, installed from a feed of its own.</summary>
[Collection(PackageTestGroup.Name)]
public sealed class ToolPackageTests(PackedSdk sdk) : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("cim-tool-");

    public void Dispose() => _root.Delete(recursive: true);

    [Fact]
    public void The_tool_is_installed_by_its_name_and_compiles()
    {
        string package = sdk.Pack("src/Cim.Cli", "Cim.Tool"), tools = Path.Combine(_root.FullName, "tools");
        string[] entries = PackedSdk.Entries(package);
        Assert.All(["README.md", "LICENSE", "THIRD-PARTY-NOTICES.txt", "tools/net10.0/any/DotnetToolSettings.xml"],
            entry => Assert.Contains(entry, entries));
        Assert.DoesNotContain(entries, e => Path.GetExtension(e) is ".pdb" or ".lib"
            || e.EndsWith("/cim.xml", StringComparison.Ordinal));
        Assert.InRange(new FileInfo(package).Length, 1_000_000, 80_000_000);

        CommandLine.Run(_root.FullName,
            ["tool", "install", "Cim.Tool", "--tool-path", tools, "--version", PackedSdk.Version, "--add-source", sdk.Feed],
            (CommandLine.PackagesFolder, Path.Combine(_root.FullName, "packages"))).Succeeds();
        string cim = Path.Combine(tools, OperatingSystem.IsWindows() ? "cim.exe" : "cim");
        JsonNode doctor = JsonNode.Parse(Run(cim, "doctor", "--json", "--cache-dir", Path.Combine(_root.FullName, "cache")))!;
        Assert.True((bool)doctor["ok"]!, doctor.ToJsonString());
    }

    private static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
