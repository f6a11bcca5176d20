using Cim.Tests.Shared.Architecture;
using Xunit;

namespace Cim.Compiler.Tests.House;

/// <summary>The rooms of the compiler, and the sizes of what stands in them.</summary>
public sealed class CompilerHouseTests
{
    /// <summary>The rooms bottom up, "." for the files beside the project: a room uses only rooms before it.</summary>
    private static readonly string[] _rooms =
    [
        "Options", "Messages", "Ir", "Data", "Export", "Ort", "Precision", "Import", "Statistics", "Calibration", "Quantization", "Mapping",
        "Scheduling", "Lowering", "Evaluation", "Sensitivity", "Search", "ColumnSharing", "Strips", "Variation", "Sweep", "Reporting",
        "QuantizationAware", "Locking", "Pipeline", "Plans", "Candidates", "Stages", ".",
    ];

    private static readonly SourceProject _compiler = SourceProject.Read("src/Cim.Compiler");

    private static readonly TestMirror _mirror = new("Cim.Compiler");

    [Fact]
    public void No_two_rooms_use_each_other() => HouseRules.Hold(new FolderGraph(_compiler).Cycles());

    [Fact]
    public void Every_room_uses_only_rooms_below_it()
    {
        var rooms = new FolderGraph(_compiler);
        HouseRules.Hold(rooms.BackEdges([.. _rooms.Where(rooms.Folders.Contains)]));
    }

    [Theory]
    [InlineData("Search/")]
    [InlineData("Evaluation/")]
    [InlineData("Reporting/")]
    [InlineData("Scheduling/")]
    public void No_two_folders_of_a_room_use_each_other(string room) =>
        HouseRules.Hold(new FolderGraph(_compiler, depth: 2).Cycles().Where(edge => edge.Contains($": {room}", StringComparison.Ordinal)));

    [Fact]
    public void A_namespace_is_its_folder() => HouseRules.Hold(HouseRules.MisplacedNamespaces(_compiler));

    [Fact]
    public void No_file_is_longer_than_250_lines() => HouseRules.Hold(HouseRules.LongFiles(_compiler));

    [Fact]
    public void No_signature_has_eight_parameters() => HouseRules.Hold(HouseRules.LongSignatures(_compiler));

    /// <summary>Except the list of stages, which is there to name every one of them.</summary>
    [Fact]
    public void No_type_knows_more_than_twenty_types_of_the_compiler() =>
        HouseRules.Hold(HouseRules.TooManyCollaborators(_compiler, 20)
            .Where(v => !v.StartsWith("Cim.Compiler.CompileStages ", StringComparison.Ordinal)));

    [Fact]
    public void Every_pass_stage_and_searcher_has_a_file_of_tests() =>
        HouseRules.Hold(_mirror.Untested("IGraphPass", "ICompileStage", "IPolicySearcher"));

    /// <summary>
    /// Not every pass implements an interface: in these folders each class that is not a mere record needs its tests. The code of
    /// serializer contexts is generated; what they read and write is tested with the documents.
    /// </summary>
    [Theory]
    [InlineData("Calibration")]
    [InlineData("Export")]
    [InlineData("Import/Passes")]
    [InlineData("Import/Upgrades")]
    [InlineData("Lowering")]
    [InlineData("Mapping")]
    [InlineData("Quantization")]
    [InlineData("Search/Exact")]
    [InlineData("Search/Space")]
    [InlineData("Search/Searchers")]
    [InlineData("Search/Persistence")]
    [InlineData("Sensitivity")]
    [InlineData("Strips")]
    public void Every_class_of_a_folder_of_passes_has_a_file_of_tests(string folder) => HouseRules.Hold(_mirror.Missing(
        (file, type) => file.Folder == folder && type.IsClass && !type.Bases.Contains("JsonSerializerContext")
            && Path.GetFileNameWithoutExtension(file.Path) == type.Name));

    [Fact]
    public void Tests_stand_in_the_folder_of_what_they_test() => HouseRules.Hold(_mirror.Misplaced());

    /// <summary>Stages report through the context, which knows the time and cancellation; only the runner announces a stage.</summary>
    [Fact]
    public void Stages_do_not_write_progress_lines_themselves()
    {
        string[] forbidden = [".Progress.Report(", ".Progress?.Report(", ".Announce("];
        HouseRules.Hold(
            from file in _compiler.Files
            where file.Folder.Split('/')[0] is "Stages" or "Candidates"
            from line in file.Lines
            where forbidden.Any(call => line.Contains(call, StringComparison.Ordinal))
            select $"{file.Path}: {line.Trim()}");
    }
}
