using Cim.Tests.Shared.Architecture;
using Xunit;

namespace Cim.Tasks.Tests.Architecture;

/// <summary>The folders of the build tasks, and the sizes of what stands in them.</summary>
public sealed class TasksHouseTests
{
    /// <summary>Stands in the namespace in which MSBuild looks for it, as if it were MSBuild's own.</summary>
    private const string MSBuildAttribute = "MSBuildMultiThreadableTaskAttribute.cs";

    private static readonly SourceProject _project = SourceProject.Read("src/Cim.Tasks");

    private static FolderGraph Folders => new(new SourceProject(_project.Name, _project.Files.Where(f => f.Path != MSBuildAttribute)));

    [Fact]
    public void No_two_folders_use_each_other() => HouseRules.Hold(Folders.Cycles());

    [Fact]
    public void Every_folder_uses_only_folders_below_it() => HouseRules.Hold(Folders.BackEdges(
        "Files", "Diagnostics", "Options", "Signature", "Inputs", "Cache", "Packing", "Live", "."));

    [Fact]
    public void A_namespace_is_its_folder() => HouseRules.Hold(HouseRules.MisplacedNamespaces(_project)
        .Where(v => !v.StartsWith(MSBuildAttribute, StringComparison.Ordinal)));

    [Fact]
    public void No_file_is_longer_than_250_lines() => HouseRules.Hold(HouseRules.LongFiles(_project));

    [Fact]
    public void No_signature_has_eight_parameters() => HouseRules.Hold(HouseRules.LongSignatures(_project));

    [Fact]
    public void No_line_is_longer_than_140_columns() => HouseRules.Hold(HouseRules.LongLines("src/Cim.Tasks"));
}
