using System.Diagnostics;
using System.Text;

namespace Cim.Package.Tests;

[Collection(PackageTestGroup.Name)]
public class FailureTests(PackedSdk sdk)
{
    [Theory]
    [InlineData("""<CimModel Include="none.onnx" />""", "CIM0001", "none.onnx")]
    [InlineData("""<CimModel Include="text.onnx" />""", "CIM0002", "text.onnx")]
    [InlineData("""<CimModel Include="unsupported.onnx" />""", "CIM0003", "StringNormalizer")]
    [InlineData("""<CimModel Include="mlp.onnx" Calibration="none.npz" />""", "CIM0001", "none.npz")]
    [InlineData("""<CimModel Include="mlp.onnx" Evaluation="unlabelled.npz" />""", "CIM0007", "unlabelled.npz")]
    [InlineData("""<CimModel Include="mlp.onnx" WeightBits="12" />""", "CIM1001", "WeightBits")]
    [InlineData("""<CimModel Include="mlp.onnx" Hardware="issac" />""", "CIM2002", "issac")]
    [InlineData("""<CimModel Include="mlp.onnx" Search="RL" />""", "CIM1001", "mlp.onnx(1,1): error CIM1001: Search=\"RL\"")]
    [InlineData("""<CimModel Include="mlp.onnx" Dim="batch=2" StripUnit="rows" />""", "CIM1001", "StripUnit=\"rows\"")]
    [InlineData("""
        <CimModel Include="mlp.onnx" Evaluation="unlabelled.npz" Calibration="unlabelled.npz"
            Strips="auto" Rounding="learned" WeightBits="4" />
        """, "CIM0010", "mlp.onnx(1,1): error CIM0010: Rounding cannot be learned")]
    [InlineData("""<CimModel Include="pointer.onnx" />""", "CIM0002", "git lfs pull")]
    [InlineData("""<CimModel Include="folder" />""", "CIM0001", "is a folder")]
    [InlineData("""<CimModel Include="mlp.onnx" /><CimModel Include="copy/mlp.onnx" />""", "CIM1002", "App.Mlp")]
    public void A_mistake_has_its_own_error_code(string items, string code, string named)
    {
        TemporaryProject project = sdk.Project()
            .Write("Program.cs", "return 0;")
            .Write("mlp.onnx", Networks.Perceptron())
            .Write("text.onnx", "<!DOCTYPE html>")
            .Write("pointer.onnx", "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
            .Write("folder/empty.txt", "")
            .Write("unsupported.onnx", Networks.Unsupported())
            .Write("unlabelled.npz", Networks.Data(8, labelled: false))
            .WithItems(items);
        if (items.Contains("copy/", StringComparison.Ordinal))
        {
            Directory.CreateDirectory(project["copy"]);
            File.Copy(project["mlp.onnx"], project["copy/mlp.onnx"]);
        }
        CommandResult result = project.Build().FailsWith(code);
        Assert.Contains(named, result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(project.Files("obj"), f => f.EndsWith(".cim", StringComparison.Ordinal));
        Assert.Empty(project.CacheFiles());
    }

    [Fact]
    public void All_unsupported_operators_are_named_at_once()
    {
        TemporaryProject project = sdk.Project().Write("Program.cs", "return 0;").Write("u.onnx", Networks.Unsupported())
            .WithItems("""<CimModel Include="u.onnx" />""");
        string output = project.Build().FailsWith("CIM0003").Output;
        Assert.Contains("StringNormalizer", output, StringComparison.Ordinal);
        Assert.Contains("Det", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_killed_build_leaves_nothing_half_written_and_the_next_one_works()
    {
        TemporaryProject project = sdk.Project().Write("mlp.onnx", Networks.Perceptron())
            .Write("Program.cs", "Console.WriteLine(App.Mlp.Load().Run(new float[12]).ClassScores.Length);")
            .WithItems("""<CimModel Include="mlp.onnx" />""");
        project.Dotnet("restore", "--nologo").Succeeds();
        // A compiler that writes half a file and then never ends, so that the kill surely comes in between.
        StringBuilder output = new();
        using (Process build = project.Start(output, [("CIM_FAKE", "hang")], "build", "--no-restore",
            "-p:CimCompilerPath=" + Path.Combine(AppContext.BaseDirectory, "Cim.FakeCompiler.dll")))
        {
            Stopwatch limit = Stopwatch.StartNew();
            while (!project.Files("obj").Any(f => f.EndsWith(".half", StringComparison.Ordinal)))
            {
                Assert.True(!build.HasExited && limit.Elapsed < TimeSpan.FromMinutes(2), output.ToString());
                build.WaitForExit(50);
            }
            build.Kill(entireProcessTree: true);
            build.WaitForExit();
        }
        Assert.DoesNotContain(project.Files("obj"), f => f.EndsWith(".cim", StringComparison.Ordinal));
        Assert.Empty(project.CacheFiles());

        project.Build("--no-restore").Succeeds();
        Assert.Equal("4", project.Run().Succeeds().Output.Trim());
    }

    [Fact]
    public void A_package_reference_without_compile_assets_is_one_clear_error()
    {
        TemporaryProject project = sdk.Project().Write("Program.cs", "return 0;").Write("mlp.onnx", Networks.Perceptron())
            .WithItems("""<CimModel Include="mlp.onnx" />""");
        string file = Directory.GetFiles(project.Folder, "*.csproj").Single();
        string limited = TemporaryProject.Reference.Replace(
            " />", """ IncludeAssets="runtime;build;analyzers" />""", StringComparison.Ordinal);
        File.WriteAllText(file, File.ReadAllText(file).Replace(TemporaryProject.Reference, limited, StringComparison.Ordinal));
        Assert.Contains("IncludeAssets", project.Build().FailsWith("CIM1016").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_language_is_told_that_the_class_is_CSharp_and_an_empty_include_that_there_is_no_model()
    {
        TemporaryProject project = sdk.Project("Basic").Write("mlp.onnx", Networks.Perceptron())
            .Write("Program.vb", "Module Program\n  Sub Main()\n  End Sub\nEnd Module\n");
        project.Write("Basic.vbproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework><OutputType>Exe</OutputType><CimCacheDir>../cache</CimCacheDir>
              </PropertyGroup>
              <ItemGroup>{TemporaryProject.Reference}<CimModel Include="$(Model)" Bits="4" /></ItemGroup>
            </Project>
            """);
        string output = project.Build("-p:Model=mlp.onnx", Fake).Succeeds().Output;
        Assert.Contains("warning CIM1015", output, StringComparison.Ordinal);
        Assert.Contains("mlp.onnx(1,1): warning CIM1003: The metadata 'Bits'", output, StringComparison.Ordinal);
        Assert.Contains("warning CIM1017", project.Build("--no-restore").Succeeds().Output, StringComparison.Ordinal);
    }

    private static string Fake => "-p:CimCompilerPath=" + Path.Combine(AppContext.BaseDirectory, "Cim.FakeCompiler.dll");
}
