using Cim.Tests.Shared.Architecture;

namespace Cim.Runtime.Tests.Architecture;

/// <summary>The helper of the architecture tests on a small made-up house, where every violation is known.</summary>
public class FolderGraphTests
{
    private static SourceProject Project(params (string Path, string Text)[] files) =>
        new("House", files.Select(f => SourceFile.Parse(f.Path, f.Text)));

    [Fact]
    public void Folders_that_use_each_other_are_a_cycle_that_names_both_files()
    {
        SourceProject project = Project(
            ("Kitchen/Stove.cs", "using House.Cellar; namespace House.Kitchen; class Stove { Coal fuel; }"),
            ("Cellar/Coal.cs", "using House.Kitchen; namespace House.Cellar; class Coal { void Burn(Stove s) { } }"),
            ("Roof/Chimney.cs", "using House.Kitchen; namespace House.Roof; class Chimney { Stove below; }"));

        Assert.Equal(
            ["Cellar -> Kitchen: Cellar/Coal.cs uses Stove of Kitchen/Stove.cs",
             "Kitchen -> Cellar: Kitchen/Stove.cs uses Coal of Cellar/Coal.cs"],
            new FolderGraph(project).Cycles());
    }

    [Fact]
    public void A_cycle_over_three_folders_is_found()
    {
        SourceProject project = Project(
            ("A/One.cs", "using House.B; namespace House.A; class One { Two x; }"),
            ("B/Two.cs", "using House.C; namespace House.B; class Two : Three { }"),
            ("C/Three.cs", "namespace House.C; class Three { object x = new A.One(); }"));
        Assert.Equal(3, new FolderGraph(project).Cycles().Count);
    }

    [Fact]
    public void A_type_of_an_enclosing_namespace_needs_no_using_to_be_an_edge()
    {
        SourceProject project = Project(
            ("Wall/Plan.cs", "using House.Wall.Brick; namespace House.Wall; class Plan { Course c; }"),
            ("Wall/Brick/Course.cs", "namespace House.Wall.Brick; class Course { Plan plan; }"));
        Assert.Empty(new FolderGraph(project).Cycles());
        Assert.Equal(2, new FolderGraph(project, depth: 2).Cycles().Count);
    }

    [Fact]
    public void An_extension_method_of_an_enclosing_namespace_is_an_edge()
    {
        SourceProject project = Project(
            ("Wall/Bricks.cs", "namespace House.Wall; static class Bricks { public static int Count(this string s) => 1; }"),
            ("Wall/Brick/Course.cs", "namespace House.Wall.Brick; class Course { int n = \"\".Count(); }"));
        Assert.Equal("Wall/Brick -> Wall", Assert.Single(new FolderGraph(project, depth: 2).Edges) is { } e ? $"{e.From} -> {e.To}" : "");
    }

    [Fact]
    public void Comments_strings_members_and_names_of_arguments_are_no_edges()
    {
        SourceProject project = Project(
            ("A/One.cs", """
                namespace House.A;
                // Two
                class One { string s = "Two"; int Two => 1; int M(dynamic d) => d.Two + N(Two: 1); int N(int Two) => 2; }
                """),
            ("B/Two.cs", "namespace House.B; class Two { }"));
        Assert.Empty(new FolderGraph(project).Edges);
    }

    [Fact]
    public void An_edge_against_the_order_names_its_file_and_a_folder_missing_from_it_is_reported()
    {
        SourceProject project = Project(
            ("A/One.cs", "using House.B; namespace House.A; class One { Two x; }"),
            ("B/Two.cs", "namespace House.B; class Two { }"),
            ("C/Three.cs", "namespace House.C; class Three { }"));
        Assert.Empty(new FolderGraph(project).BackEdges("C", "B", "A"));
        Assert.Equal(["C is missing from the order of the folders", "A -> B: A/One.cs uses Two of B/Two.cs"],
            new FolderGraph(project).BackEdges("A", "B"));
    }

    [Fact]
    public void Namespaces_sizes_signatures_and_collaborators_are_checked()
    {
        SourceProject project = Project(
            ("A/One.cs", "namespace House.Other; partial class One { Two x; void M(int a, int b, int c) { } }"),
            ("A/One.More.cs", "namespace House.Other; partial class One { Three y; One self; }"),
            ("A/Two.cs", "namespace House; public class Two { }\n\n\n"),
            ("A/Three.cs", "namespace House;\nclass Three\n{\n}\n"));
        Assert.Equal(
            ["A/One.More.cs: namespace House.Other, expected House.A", "A/One.cs: namespace House.Other, expected House.A",
             "A/Three.cs: namespace House, expected House.A"],
            HouseRules.MisplacedNamespaces(project, publicInRoot: true));
        Assert.Equal(["A/Three.cs: 4 lines, at most 3"], HouseRules.LongFiles(project, 3));
        Assert.Equal(["A/One.cs(1): M has 3 parameters, at most 2"], HouseRules.LongSignatures(project, 3));
        Assert.Equal(["House.Other.One knows 2 types of the project, at most 1: Three, Two"], HouseRules.TooManyCollaborators(project, 1));
    }
}
