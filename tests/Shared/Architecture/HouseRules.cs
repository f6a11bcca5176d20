using Xunit;

namespace Cim.Tests.Shared.Architecture;

/// <summary>The rules of size and naming of the repository. Each returns its violations; <see cref="Hold"/> shows all of them.</summary>
internal static class HouseRules
{
    /// <summary>The longest file of src.</summary>
    public const int MaxFileLines = 250;

    /// <summary>The longest line of C#, MSBuild files and scripts, raw string literals included.</summary>
    public const int MaxColumns = 140;

    /// <summary>From this many parameters on, a record says it better.</summary>
    public const int TooManyParameters = 8;

    /// <summary>Fails with every violation, one a line.</summary>
    public static void Hold(IEnumerable<string> violations)
    {
        string[] all = [.. violations];
        Assert.True(all.Length == 0, $"{all.Length} violation(s):\n{string.Join('\n', all)}");
    }

    /// <summary>
    /// Files whose namespace is not that of their folder. Where <paramref name="publicInRoot"/> is set, a file that declares a public
    /// type may stand in the root namespace: a program then needs a single using.
    /// </summary>
    public static IEnumerable<string> MisplacedNamespaces(SourceProject project, bool publicInRoot = false) =>
        from file in project.Files
        where file.Types.Count > 0
        let expected = file.Folder.Length == 0 ? project.Name : $"{project.Name}.{file.Folder.Replace('/', '.')}"
        where file.Namespace != expected
            && !(publicInRoot && file.Namespace == project.Name && file.Types.Any(t => t.IsPublic))
        select $"{file.Path}: namespace {file.Namespace}, expected {expected}";

    public static IEnumerable<string> LongFiles(SourceProject project, int most = MaxFileLines) =>
        project.Files.Where(f => f.Lines.Count > most).Select(f => $"{f.Path}: {f.Lines.Count} lines, at most {most}");

    public static IEnumerable<string> LongSignatures(SourceProject project, int tooMany = TooManyParameters) =>
        from file in project.Files
        from signature in file.Signatures()
        where signature.Parameters >= tooMany
        select $"{file.Path}({signature.Line}): {signature.Name} has {signature.Parameters} parameters, at most {tooMany - 1}";

    /// <summary>Types that know more than <paramref name="most"/> other types of the project.</summary>
    public static IEnumerable<string> TooManyCollaborators(SourceProject project, int most) =>
        project.Collaborators().Where(c => c.Value.Count > most).OrderByDescending(c => c.Value.Count)
            .Select(c => $"{c.Key} knows {c.Value.Count} types of the project, at most {most}: {string.Join(", ", c.Value)}");

    /// <summary>Lines over <see cref="MaxColumns"/> below a folder of the repository.</summary>
    public static IEnumerable<string> LongLines(string folder) =>
        from path in RepositoryFiles.Written(folder)
        from line in RepositoryFiles.Text(path).Split('\n').Select((text, index) => (text.Length, Number: index + 1))
        where line.Length > MaxColumns
        select $"{path}({line.Number}): {line.Length} columns, at most {MaxColumns}";
}
