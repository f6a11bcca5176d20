using System.Text.RegularExpressions;

namespace Cim.Package.Tests;

/// <summary>What <c>dotnet new</c> makes from the package of templates builds, runs and is read.</summary>
[Collection(PackageTestGroup.Name)]
public sealed class TemplatePackageTests : IDisposable
{
    private readonly DirectoryInfo _hive = Directory.CreateTempSubdirectory("cim-templates-");
    private readonly PackedSdk _sdk;
    private readonly TemporaryProject _folder;

    public TemplatePackageTests(PackedSdk sdk)
    {
        (_sdk, _folder) = (sdk, sdk.Project());
        New("install", sdk.Pack("src/Cim.Templates", "Cim.Templates"));
    }

    private static string Cim =>
        Path.Combine(PackedSdk.RepositoryRoot, "src", "Cim.Cli", "bin", PackedSdk.Configuration, "net10.0", "cim.dll");

    public void Dispose() => _hive.Delete(recursive: true);

    [Fact]
    public void A_program_builds_from_its_lock_file_and_runs_under_a_name_that_is_no_identifier()
    {
        New("cim-console", "-n", "my-steps");
        Build("my-steps");
        Assert.Equal(["motion.cim.lock.json"], _folder.Files("my-steps").Where(f => f.EndsWith(".lock.json", StringComparison.Ordinal))
            .Select(Path.GetFileName));
        Assert.Matches(new Regex("^walking ", RegexOptions.Multiline),
            _folder.Dotnet("my-steps/bin/Debug/net10.0/my-steps.dll").Succeeds().Output);
    }

    [Fact]
    public async Task A_service_builds_from_its_lock_file_and_is_healthy()
    {
        New("cim-webapi", "-n", "My.Clothes");
        Build("My.Clothes");
        using WebService service = WebService.Start(_folder["My.Clothes/bin/Debug/net10.0/My.Clothes.dll"]);
        Assert.Equal("Healthy", await service.Client.GetStringAsync("/health"));
    }

    [Fact]
    public void A_hardware_profile_is_read_and_has_its_schema_beside_it()
    {
        New("cim-hardware", "-n", "MyChip", "-o", "Files");
        Assert.Equal(["MyChip.cimhw.json", "cimhw.schema.json"], _folder.Files("Files"));
        CommandResult shown = _folder.Dotnet(Cim, "hardware", "show", "Files/MyChip.cimhw.json").Succeeds();
        Assert.StartsWith("MyChip", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("warning", shown.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_recipe_is_valid_and_lacks_nothing_but_its_network()
    {
        New("cim-recipe", "-n", "MyTraining", "-o", "Files");
        Assert.Equal(["MyTraining.json", "recipe.schema.json"], _folder.Files("Files"));
        CommandResult trained = _folder.Dotnet(Cim, "train", "Files/MyTraining.json");
        Assert.NotEqual(0, trained.ExitCode);
        Assert.Contains("error CIM0001", trained.Output, StringComparison.Ordinal);
        Assert.Contains("model.onnx", trained.Output, StringComparison.Ordinal);
    }

    private void New(params string[] arguments) =>
        _folder.Dotnet(["new", .. arguments, "--debug:custom-hive", _hive.FullName]).Succeeds();

    // In locked mode a build that would search fails.
    private void Build(string name)
    {
        string output = _folder.Dotnet(
            "build", name, "--nologo", "-p:CimLockedMode=true", "-p:CimCacheDir=" + _sdk.Cache).Succeeds().Output;
        Assert.Matches(" -> accuracy \\d", output);
        Assert.DoesNotContain("warning CIM1", output, StringComparison.Ordinal);
    }
}
