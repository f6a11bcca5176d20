using Cim.Tests.Shared.Architecture;
using Xunit;

namespace Cim.Cli.Tests.Architecture;

/// <summary>The folders of the command line, and the sizes of what stands in them.</summary>
public sealed class CliHouseTests
{
    private static readonly SourceProject _project = SourceProject.Read("src/Cim.Cli");

    [Fact]
    public void No_two_folders_use_each_other() => HouseRules.Hold(new FolderGraph(_project).Cycles());

    [Fact]
    public void Every_folder_uses_only_folders_below_it() =>
        HouseRules.Hold(new FolderGraph(_project).BackEdges("Options", "Invocation", "Studies", "Commands", "."));

    [Fact]
    public void A_namespace_is_its_folder() => HouseRules.Hold(HouseRules.MisplacedNamespaces(_project));

    [Fact]
    public void No_file_is_longer_than_250_lines() => HouseRules.Hold(HouseRules.LongFiles(_project));

    [Fact]
    public void No_signature_has_eight_parameters() => HouseRules.Hold(HouseRules.LongSignatures(_project));

    [Fact]
    public void No_line_is_longer_than_140_columns() => HouseRules.Hold(HouseRules.LongLines("src/Cim.Cli"));
}
