namespace Cim.Tests.Shared.Architecture;

/// <summary>
/// The tests of a project in <c>tests/Project.Tests</c> against its sources: <c>src/Project/Folder/Type.cs</c> is tested by
/// <c>tests/Project.Tests/Folder/TypeTests.cs</c>. Each rule returns its violations.
/// </summary>
internal sealed class TestMirror(string projectName)
{
    private readonly SourceProject _sources = SourceProject.Read($"src/{projectName}");
    private readonly SourceProject _tests = SourceProject.Read($"tests/{projectName}.Tests");

    /// <summary>
    /// Types that implement one of the contracts, interfaces or base classes, and have no file of tests: one in the mirrored folder,
    /// with a class of the type's name and at least one test.
    /// </summary>
    public IEnumerable<string> Untested(params string[] contracts)
    {
        HashSet<string> all = Closure(contracts);
        return Missing((_, type) => !type.IsAbstract && type.Bases.Any(all.Contains));
    }

    /// <summary>Types in some folders, chosen by the caller, that have no file of tests.</summary>
    public IEnumerable<string> Missing(Func<SourceFile, DeclaredType, bool> needsTests) =>
        from file in _sources.Files
        from type in file.Types
        where needsTests(file, type)
        let expected = $"{(file.Folder.Length == 0 ? "" : file.Folder + "/")}{type.Name}Tests.cs"
        let tests = _tests.Files.FirstOrDefault(f => f.Path == expected)
        where tests is null || !tests.Types.Any(t => t.Name == type.Name + "Tests") || !tests.Names.Any(IsTestAttribute)
        select $"src/{projectName}/{file.Path}: no test of {type.Name} in tests/{projectName}.Tests/{expected}";

    /// <summary>Files named after a type of the sources that do not stand in its folder.</summary>
    public IEnumerable<string> Misplaced() =>
        from test in _tests.Files
        let name = Path.GetFileNameWithoutExtension(test.Path)
        where name.EndsWith("Tests", StringComparison.Ordinal)
        let tested = _sources.Files.Where(f => f.Types.Any(t => t.Name == name[..^"Tests".Length])).ToArray()
        where tested.Length > 0 && !tested.Any(f => f.Folder == test.Folder)
        select $"tests/{projectName}.Tests/{test.Path}: the type it is named after stands in {tested[0].Folder}";

    private HashSet<string> Closure(IEnumerable<string> contracts)
    {
        var all = contracts.ToHashSet(StringComparer.Ordinal);
        while (true)
        {
            string[] more = [.. _sources.Files.SelectMany(f => f.Types).Where(t => t.Bases.Any(all.Contains) && t.IsAbstract)
                .Select(t => t.Name).Where(n => !all.Contains(n))];
            if (more.Length == 0) return all;
            all.UnionWith(more);
        }
    }

    private static bool IsTestAttribute(string name) =>
        name.EndsWith("Fact", StringComparison.Ordinal) || name.EndsWith("Theory", StringComparison.Ordinal);
}
