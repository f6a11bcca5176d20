using Cim.Tests.Shared.Architecture;
using Xunit;

namespace Cim.Tasks.Tests.Architecture;

/// <summary>The folders of the build tasks, and the sizes of what stands in them.</summary>
public sealed class TasksHouseTests
{
    private static readonly SourceProject _project = SourceProject.Read("src/Cim.Tasks");

    /// <summary>Except the attribute that MSBuild finds by its full name.</summary>
    [Fact]
    public void A_namespace_is_its_folder() => HouseRules.Hold(HouseRules.MisplacedNamespaces(_project)
        .Where(v => !v.StartsWith("MSBuildMultiThreadableTaskAttribute.cs:", StringComparison.Ordinal)));

    [Fact]
    public void No_file_is_longer_than_250_lines() => HouseRules.Hold(HouseRules.LongFiles(_project));

    [Fact]
    public void No_signature_has_eight_parameters() => HouseRules.Hold(HouseRules.LongSignatures(_project));

    [Fact]
    public void No_line_is_longer_than_140_columns() => HouseRules.Hold(HouseRules.LongLines("src/Cim.Tasks"));
}
