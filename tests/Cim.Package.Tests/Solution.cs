using System.Xml.Linq;

namespace Cim.Package.Tests;

/// <summary>
/// A solution as users have them: a library for two frameworks with a model, an app for both with the same model as a class of its own,
/// and xunit tests of the library.
/// </summary>
internal sealed class Solution
{
    private const string Settings = """
        <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <MSBuildWarningsNotAsErrors>CIM3001;NU1603</MSBuildWarningsNotAsErrors>
            <CimCacheDir>../cache</CimCacheDir>
        """;

    private Solution(TemporaryProject library) => (Library, App, Tests) = (library, library.Beside("App"), library.Beside("Tests"));

    // A preview like the package it depends on, which NuGet asks for.
    public const string Version = "1.0.0-test.1";

    public const string AppOutput = "4 4 True True";

    public TemporaryProject Library { get; }

    public TemporaryProject App { get; }

    public TemporaryProject Tests { get; }

    public string Folder => Path.GetDirectoryName(Library.Folder)!;

    public static Solution Create(PackedSdk sdk)
    {
        Solution solution = new(sdk.Project("Library"));
        File.WriteAllBytes(Path.Combine(solution.Folder, "mlp.onnx"), Networks.Perceptron());
        File.WriteAllText(Path.Combine(solution.Folder, "labels.txt"), "north\neast\nsouth\nwest\n");
        solution.Library.Write("Library.csproj", Project($"""
            <TargetFrameworks>net8.0;net10.0</TargetFrameworks>
            <PackageOutputPath>../packed</PackageOutputPath>
            <Version>{Version}</Version>
            """, $"""
            {TemporaryProject.Reference}
            <CimModel Include="../mlp.onnx" ClassName="Net" />
            """));
        solution.App.Write("App.csproj", Project("""
            <TargetFrameworks>net8.0;net10.0</TargetFrameworks>
            <OutputType>Exe</OutputType>
            <TrimmerSingleWarn>false</TrimmerSingleWarn>
            <!-- The analyzers of trimming, single files and native code look at the generated class, too. -->
            <IsAotCompatible Condition="'$(TargetFramework)' == 'net10.0'">true</IsAotCompatible>
            """, $"""
            {TemporaryProject.Reference}
            <CimModel Include="../mlp.onnx" ClassName="Own" Scale="1/255" Labels="../labels.txt" />
            <ProjectReference Include="../Library/Library.csproj" />
            """))
            .Write("Program.cs", """
                using Library.Net theirs = Library.Net.Load();
                using App.Own own = App.Own.Load();
                float[] features = [.. Enumerable.Range(0, App.Own.FeaturesLength).Select(i => i / 12f)];
                float[] a = theirs.Run(features).ClassScores.ToArray(), b = own.Run(features).ClassScores.ToArray();
                byte[] bytes = new byte[App.Own.FeaturesLength];
                string? best = App.Own.Shared.Run(bytes).Top(1)[0].Label;
                bool isLabel = App.Own.Info.Labels.Contains(best ?? "");
                Console.WriteLine($"{a.Length} {b.Length} {a.AsSpan().SequenceEqual(b) && a.Any(score => score != 0)} {isLabel}");
                """);
        solution.Tests.Write("Tests.csproj", Project("""
            <TargetFramework>net10.0</TargetFramework>
            <OutputType>Exe</OutputType>
            <IsPackable>false</IsPackable>
            """, $"""
            <ProjectReference Include="../Library/Library.csproj" />
            {Pinned("Microsoft.NET.Test.Sdk")}
            {Pinned("xunit.v3.mtp-off")}
            {Pinned("xunit.runner.visualstudio")}
            """))
            .Write("NetTests.cs", """
                public class NetTests
                {
                    [Xunit.Fact]
                    public void Has_four_classes()
                    {
                        using Library.Net net = Library.Net.Load();
                        Xunit.Assert.Equal(4, net.Run(new float[Library.Net.FeaturesLength]).ClassScores.Length);
                    }
                }
                """);
        File.WriteAllText(Path.Combine(solution.Folder, "All.slnx"), """
            <Solution>
              <Project Path="Library/Library.csproj" />
              <Project Path="App/App.csproj" />
              <Project Path="Tests/Tests.csproj" />
            </Solution>
            """);
        return solution;
    }

    public CommandResult Dotnet(params string[] arguments) => CommandLine.Run(Folder, arguments);

    /// <summary>A project file with the settings of all of them.</summary>
    internal static string Project(string properties, string items) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            {properties}
            {Settings}
          </PropertyGroup>
          <ItemGroup>
            {items}
          </ItemGroup>
        </Project>
        """;

    /// <summary>A reference to a package in the version of this repository, which the machine then has already.</summary>
    private static string Pinned(string package)
    {
        XElement pin = XDocument.Load(Path.Combine(PackedSdk.RepositoryRoot, "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(p => p.Attribute("Include")?.Value == package);
        return $"""<PackageReference Include="{package}" Version="{pin.Attribute("Version")!.Value}" />""";
    }
}
