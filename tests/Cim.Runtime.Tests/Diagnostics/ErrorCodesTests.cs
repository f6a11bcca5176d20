using System.Reflection;
using System.Text.RegularExpressions;

namespace Cim.Runtime.Tests.Diagnostics;

public sealed partial class ErrorCodesTests
{
    private static readonly FieldInfo[] _codes = typeof(ErrorCodes).GetFields(BindingFlags.Public | BindingFlags.Static);

    public static TheoryData<string, string> NamesAndCodes()
    {
        var data = new TheoryData<string, string>();
        foreach (FieldInfo field in _codes) data.Add(field.Name, (string)field.GetRawConstantValue()!);
        return data;
    }

    [Theory]
    [MemberData(nameof(NamesAndCodes))]
    public void Every_code_has_a_paragraph_with_example_and_cure(string name, string code)
    {
        Assert.Matches("^CIM[0-4][0-9]{3}$", code);
        Match heading = Regex.Match(Page(), $@"^## {code}: \S.*\n(?<text>(?:(?!^## ).*\n?)*)", RegexOptions.Multiline);
        Assert.True(heading.Success, $"docs/errors.md has no heading '## {code}: ...' for ErrorCodes.{name}.");
        Assert.Contains("Example: ", heading.Groups["text"].Value, StringComparison.Ordinal);
        Assert.Contains("Cure: ", heading.Groups["text"].Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_paragraph_is_about_a_code_that_exists_and_they_are_in_order()
    {
        string[] described = [.. Heading().Matches(Page()).Select(match => match.Groups["code"].Value)];
        Assert.Equal(_codes.Select(field => (string)field.GetRawConstantValue()!).Order(StringComparer.Ordinal), described);
    }

    [Fact]
    public void No_code_is_used_twice() =>
        Assert.Equal(_codes.Length, _codes.Select(field => field.GetRawConstantValue()).Distinct().Count());

    [GeneratedRegex(@"^## (?<code>CIM\d+)", RegexOptions.Multiline)]
    private static partial Regex Heading();

    private static string Page()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Cim.Sdk.sln")))
                return File.ReadAllText(Path.Combine(folder.FullName, "docs", "errors.md")).ReplaceLineEndings("\n");
        throw new InvalidOperationException("The tests do not run inside the repository: Cim.Sdk.sln was not found above them.");
    }
}
