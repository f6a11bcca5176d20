namespace Cim.Package.Tests;

/// <summary>How a library may reference the package, and what it hears if that leaves the runtime out for others.</summary>
[Collection(PackageTestGroup.Name)]
public class ReferenceTests(PackedSdk sdk)
{
    [Fact]
    public void A_library_that_hides_the_runtime_from_its_users_is_warned_unless_it_names_the_runtime_itself()
    {
        const string Private = $"""<PackageReference Include="Cim.Sdk" Version="{PackedSdk.Version}" PrivateAssets="all" />""";
        TemporaryProject hides = Library("Library", Private);
        Assert.Contains("warning CIM1030", hides.Build().Succeeds().Output, StringComparison.Ordinal);

        TemporaryProject names = hides.Beside("Library2")
            .Write("Library2.csproj", ProjectFile(
                $"""{Private}<PackageReference Include="Cim.Runtime" Version="{PackedSdk.Version}" />"""));
        names.Write("mlp.onnx", Networks.Perceptron());
        Assert.DoesNotContain("CIM1030", names.Build().Succeeds().Output, StringComparison.Ordinal);
    }

    private TemporaryProject Library(string name, string reference) =>
        sdk.Project(name).Write(name + ".csproj", ProjectFile(reference)).Write("mlp.onnx", Networks.Perceptron());

    private static string ProjectFile(string reference) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <TargetFramework>net10.0</TargetFramework>
            <CimCacheDir>../cache</CimCacheDir>
          </PropertyGroup>
          <ItemGroup>
            {reference}
            <CimModel Include="mlp.onnx" />
          </ItemGroup>
        </Project>
        """;
}
