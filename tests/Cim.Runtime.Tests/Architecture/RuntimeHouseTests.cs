using Cim.Tests.Shared.Architecture;

namespace Cim.Runtime.Tests.Architecture;

/// <summary>The folders of Cim.Runtime have an order, and its files keep the sizes and names of the house.</summary>
public class RuntimeHouseTests
{
    private const int MostCollaborators = 26;

    private static readonly SourceProject _runtime = SourceProject.Read("src/Cim.Runtime");

    private static readonly TestMirror _mirror = new("Cim.Runtime");

    [Fact]
    public void No_folder_of_the_first_level_depends_on_itself_through_another() => HouseRules.Hold(new FolderGraph(_runtime).Cycles());

    [Fact]
    public void No_folder_of_the_second_level_depends_on_itself_through_another() =>
        HouseRules.Hold(new FolderGraph(_runtime, depth: 2).Cycles());

    [Fact]
    public void A_namespace_is_that_of_its_folder_and_public_types_share_one() =>
        HouseRules.Hold(HouseRules.MisplacedNamespaces(_runtime, publicInRoot: true));

    [Fact]
    public void No_file_is_longer_than_its_idea() => HouseRules.Hold(HouseRules.LongFiles(_runtime));

    [Fact]
    public void No_signature_has_parameters_that_a_record_would_name_better() => HouseRules.Hold(HouseRules.LongSignatures(_runtime));

    /// <summary>A catalog is a table that names every operator, so it alone may know as many types as there are.</summary>
    [Fact]
    public void No_type_but_a_catalog_knows_too_many_others() => HouseRules.Hold(
        HouseRules.TooManyCollaborators(_runtime, MostCollaborators)
            .Where(violation => !violation.Split(' ')[0].EndsWith("Catalog", StringComparison.Ordinal)));

    [Fact]
    public void Every_operator_has_a_file_of_tests() => HouseRules.Hold(_mirror.Untested("Operator"));

    [Fact]
    public void Tests_stand_in_the_folder_of_what_they_test() => HouseRules.Hold(_mirror.Misplaced());
}
