using Cim.Tests.Shared.Architecture;
using Xunit;

namespace Cim.Training.Torch.Tests.House;

/// <summary>The folders of Cim.Training.Torch have an order, and their files the size and the names of this house.</summary>
public sealed class TorchArchitectureTests
{
    private const int MostCollaborators = 20;

    private static readonly SourceProject _project = SourceProject.Read("src/Cim.Training.Torch");

    [Fact]
    public void Folders_use_only_folders_below_them() =>
        HouseRules.Hold(new FolderGraph(_project).BackEdges("Loading", "Nodes", "Operators", "Graphs", "Steps", "."));

    [Fact]
    public void Namespaces_are_folders() => HouseRules.Hold(HouseRules.MisplacedNamespaces(_project));

    [Fact]
    public void Files_are_short() => HouseRules.Hold(HouseRules.LongFiles(_project));

    [Fact]
    public void Signatures_are_short() => HouseRules.Hold(HouseRules.LongSignatures(_project));

    [Fact]
    public void No_type_knows_too_many_others() => HouseRules.Hold(HouseRules.TooManyCollaborators(_project, MostCollaborators));
}
