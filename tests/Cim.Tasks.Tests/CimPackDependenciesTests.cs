using System.Text.Json.Nodes;
using Cim.Tasks.Packing;

namespace Cim.Tasks.Tests;

/// <summary>What a packed library depends on: the runtime in place of the SDK, and everything else as before.</summary>
public sealed class CimPackDependenciesTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_sdk_becomes_private_and_the_runtime_a_dependency_in_every_framework()
    {
        JsonNode packed = Packed(Assets("""{ "target": "Package", "version": "[0.1.0, )" }"""));
        foreach ((string framework, string version) in new[] { ("net8.0", "0.1.0"), ("net10.0", "0.1.1") })
        {
            JsonNode dependencies = packed["project"]!["frameworks"]![framework]!["dependencies"]!;
            Assert.Equal("All", (string?)dependencies["Cim.Sdk"]!["suppressParent"]);
            Assert.Equal($"[{version}, )", (string?)dependencies["Cim.Runtime"]!["version"]);
            Assert.Equal("Package", (string?)dependencies["Cim.Runtime"]!["target"]);
        }
    }

    [Fact]
    public void Everything_else_stays_as_restore_wrote_it()
    {
        string assets = Assets("""{ "target": "Package", "version": "[0.1.0, )" }""");
        JsonNode packed = Packed(assets);
        foreach (string framework in new[] { "net8.0", "net10.0" })
        {
            JsonObject dependencies = packed["project"]!["frameworks"]![framework]!["dependencies"]!.AsObject();
            dependencies.Remove("Cim.Runtime");
            dependencies["Cim.Sdk"]!.AsObject().Remove("suppressParent");
        }
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(assets), packed), packed.ToJsonString());
    }

    [Fact]
    public void A_reference_to_the_runtime_is_not_doubled()
    {
        JsonNode packed = Packed(Assets("""
            { "target": "Package", "version": "[0.1.0, )" }, "cim.runtime": { "target": "Package", "version": "[0.1.0, )" }
            """));
        Assert.Equal(["Cim.Sdk", "cim.runtime", "Öl \"1\" <&>"],
            packed["project"]!["frameworks"]!["net8.0"]!["dependencies"]!.AsObject().Select(p => p.Key));
    }

    [Fact]
    public void A_private_reference_still_leaves_the_runtime_to_the_users_of_the_library() =>
        Assert.NotNull(Packed(Assets("""{ "suppressParent": "All", "target": "Package", "version": "[0.1.0, )" }"""))
            ["project"]!["frameworks"]!["net8.0"]!["dependencies"]!["Cim.Runtime"]);

    [Theory]
    [InlineData("""{ "suppressParent": "None", "target": "Package", "version": "[0.1.0, )" }""")]
    [InlineData("""{ "suppressParent": "ContentFiles, Analyzers", "target": "Package", "version": "[0.1.0, )" }""")]
    public void A_reference_that_lets_build_assets_through_is_meant_that_way(string reference) => Assert.Null(Pack(Assets(reference)));

    [Fact]
    public void A_project_that_only_gets_the_sdk_from_another_is_packed_as_it_is() =>
        Assert.Null(Pack(Assets("""{ "target": "Package", "version": "[0.1.0, )" }""")
            .Replace("\"Cim.Sdk\": {", "\"Other\": {", StringComparison.Ordinal)));

    [Theory]
    [InlineData(null)]
    [InlineData("not { JSON")]
    [InlineData("")]
    public void What_is_no_assets_file_is_left_to_the_error_of_nuget(string? content) => Assert.Null(Pack(content));

    private JsonNode Packed(string assets) => JsonNode.Parse(File.ReadAllText(Path.Combine(Pack(assets)!, AssetsFile.FileName)))!;

    /// <summary>The folder that packing is sent to, null where it stays with the original.</summary>
    private string? Pack(string? assets)
    {
        if (assets is not null) _folder.Write("obj/project.assets.json", assets);
        CimPackDependencies task = new()
        {
            BuildEngine = new Engine(),
            RestoreDirectory = _folder["obj"],
            CopyDirectory = _folder["obj/cim-pack"],
        };
        Assert.True(task.Execute());
        Assert.Equal(assets is null ? [] : ["project.assets.json"], _folder.Files("obj").Where(f => !f.Contains('/')));
        return task.Directory == _folder["obj"] ? null : task.Directory;
    }

    /// <summary>Two frameworks in which restore resolved two versions, with a package name that is hard to write.</summary>
    private static string Assets(string sdk) => $$"""
        {
          "version": 3,
          "targets": {
            "net10.0": {
              "Cim.Runtime/0.1.1": { "type": "package" },
              "Cim.Sdk/0.1.0": { "type": "package", "dependencies": { "Cim.Runtime": "0.1.0" } }
            },
            "net8.0": { "Cim.Runtime/0.1.0": { "type": "package" } }
          },
          "packageFolders": { "C:\\Users\\Jörg\\.nuget\\": {} },
          "project": {
            "version": "1.0.0",
            "restore": {
              "projectName": "Library", "centralPackageVersionsManagementEnabled": true, "depth": -1.5, "nothing": null,
              "lists": [[], ["a", {}]]
            },
            "frameworks": {
              "net10.0": { "dependencies": { "Cim.Sdk": {{sdk}}, "Öl \"1\" <&>": { "target": "Package" } }, "imports": ["net461"] },
              "net8.0": { "dependencies": { "Cim.Sdk": {{sdk}}, "Öl \"1\" <&>": { "target": "Package" } } }
            }
          }
        }
        """;
}
