using System.Diagnostics;
using System.Text;

namespace Cim.Package.Tests;

/// <summary>A project of a user: its files, its builds, what they left.</summary>
internal sealed class TemporaryProject
{
    public const string Reference = $"""<PackageReference Include="Cim.Sdk" Version="{PackedSdk.Version}" />""";

    private readonly string _root;
    private readonly string _name;

    public TemporaryProject(string root, string name)
    {
        (_root, _name) = (root, name);
        Folder = Directory.CreateDirectory(Path.Combine(root, name)).FullName;
    }

    public string Folder { get; }

    public string Cache => Path.Combine(_root, "cache");

    public string this[string path] => Path.Combine(Folder, path);

    /// <summary>A second project beside this one, with the same cache.</summary>
    public TemporaryProject Beside(string name) => new(_root, name);

    public TemporaryProject Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllText(this[path], text);
        return this;
    }

    public TemporaryProject Write(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[path])!);
        File.WriteAllBytes(this[path], bytes);
        return this;
    }

    /// <summary>The project file, with the package and the items.</summary>
    public TemporaryProject WithItems(
        string items, string properties = "<TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType>") =>
        Write(_name + ".csproj", $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            {properties}
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <MSBuildWarningsNotAsErrors>CIM3001;NU1603</MSBuildWarningsNotAsErrors>
            <CimCacheDir>../cache</CimCacheDir>
          </PropertyGroup>
          <ItemGroup>
            {Reference}
            {items}
          </ItemGroup>
        </Project>
        """);

    public CommandResult Build(params string[] arguments) => Dotnet(["build", "--nologo", .. arguments]);

    public CommandResult Dotnet(params string[] arguments) => CommandLine.Run(Folder, arguments);

    public CommandResult DotnetWith((string Name, string Value)[] environment, params string[] arguments) =>
        CommandLine.Run(Folder, arguments, environment);

    public Process Start(StringBuilder output, (string Name, string Value)[] environment, params string[] arguments) =>
        CommandLine.Start(Folder, output, arguments, environment);

    /// <summary>Runs the built program.</summary>
    public CommandResult Run(string framework = "net10.0") => Dotnet([$"bin/Debug/{framework}/{_name}.dll"]);

    /// <summary>Files below a folder of the project, relative to it; none if there is no such folder.</summary>
    public string[] Files(string below) => !Directory.Exists(this[below]) ? []
        : [.. Directory.GetFiles(this[below], "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(this[below], f).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    /// <summary>Entries of the cache, whole or not.</summary>
    public string[] CacheFiles() => !Directory.Exists(Cache) ? []
        : [.. Directory.GetFiles(Cache, "*", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith(".lock", StringComparison.Ordinal) && !f.EndsWith(".holder", StringComparison.Ordinal))];
}
