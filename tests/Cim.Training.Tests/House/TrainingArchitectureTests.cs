using Cim.Tests.Shared.Architecture;
using Cim.Training.Differentiation;
using Xunit;

namespace Cim.Training.Tests.House;

/// <summary>The folders of Cim.Training have an order, and their files the size and the names of this house.</summary>
public sealed class TrainingArchitectureTests
{
    /// <summary>The most types of the project that one type may know.</summary>
    private const int MostCollaborators = 20;

    private static readonly SourceProject _project = SourceProject.Read("src/Cim.Training");

    private static readonly TestMirror _mirror = new("Cim.Training");

    [Fact]
    public void Folders_use_only_folders_below_them() => HouseRules.Hold(new FolderGraph(_project).BackEdges(
        "Json", "Randomness", "Numerics", "Networks", "Data", "Losses", "Engine", "Kernels", "Differentiation", "Operators", "Ort",
        "Optimization", "Quantization", "ColumnSharing", "Loop", "Plugins", "PostTraining", "Pruning", "Recipes", "Reinforcement"));

    /// <summary>So that a second engine needs nothing of the first.</summary>
    [Fact]
    public void The_contract_of_engines_knows_no_engine() => Assert.DoesNotContain(
        new FolderGraph(_project).Edges, edge => edge.From == "Engine" && edge.To is not ("Networks" or "Losses"));

    /// <summary>Operators/OperatorRules.cs knows its subfolders, and they do not know it.</summary>
    [Fact]
    public void Subfolders_have_no_cycle() => HouseRules.Hold(new FolderGraph(_project, depth: 2).Cycles());

    [Fact]
    public void Namespaces_are_folders() => HouseRules.Hold(HouseRules.MisplacedNamespaces(_project));

    [Fact]
    public void Files_are_short() => HouseRules.Hold(HouseRules.LongFiles(_project));

    [Fact]
    public void Signatures_are_short() => HouseRules.Hold(HouseRules.LongSignatures(_project));

    [Fact]
    public void No_type_knows_too_many_others() => HouseRules.Hold(HouseRules.TooManyCollaborators(_project, MostCollaborators));

    /// <summary>A rule of differentiation without a check of its gradient fails here.</summary>
    [Fact]
    public void Every_gradient_rule_has_a_file_of_tests() => HouseRules.Hold(_mirror.Untested("IGradientRule"));

    /// <summary>Some rules serve several operators.</summary>
    [Fact]
    public void Every_operator_of_a_rule_occurs_in_its_tests() => HouseRules.Hold(
        from rule in typeof(IGradientRule).Assembly.GetTypes()
        where rule.IsAssignableTo(typeof(IGradientRule)) && !rule.IsInterface
        let folder = rule.Namespace!["Cim.Training.".Length..].Replace('.', '/')
        let tests = RepositoryFiles.Text($"tests/Cim.Training.Tests/{folder}/{rule.Name}Tests.cs")
        from operatorType in ((IGradientRule)Activator.CreateInstance(rule)!).OperatorTypes
        where !tests.Contains($"\"{operatorType}\"", StringComparison.Ordinal)
            && !tests.Contains($"{operatorType}.OperatorType", StringComparison.Ordinal)
        select $"{rule.Name}: {operatorType} does not occur in its tests");

    [Fact]
    public void Tests_stand_in_the_folder_of_what_they_test() => HouseRules.Hold(_mirror.Misplaced());

    [Theory]
    [InlineData("src/Cim.Training")]
    [InlineData("src/Cim.Training.Torch")]
    [InlineData("src/Cim.Onnx")]
    [InlineData("tests/Cim.Training.Tests")]
    [InlineData("tests/Cim.Training.Torch.Tests")]
    [InlineData("tests/Cim.Onnx.Tests")]
    [InlineData("tests/Cim.OtherProcessor")]
    public void No_line_is_longer_than_140_columns(string folder) => HouseRules.Hold(HouseRules.LongLines(folder));
}
