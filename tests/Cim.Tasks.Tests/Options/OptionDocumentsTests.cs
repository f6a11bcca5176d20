using System.Text.RegularExpressions;
using System.Xml.Linq;
using Cim.Compiler.Options;

namespace Cim.Tasks.Tests.Options;

/// <summary>
/// What is generated from the option table stands in the files as generated. <c>CIM_UPDATE_DOCS=1 dotnet test tests/Cim.Tasks.Tests
/// --filter OptionDocuments</c> writes it anew.
/// </summary>
public sealed class OptionDocumentsTests
{
    [Fact]
    public void The_page_of_options_is_that_of_the_table() => Same("docs/options.md", _ => OptionDocuments.Page());

    [Fact]
    public void The_package_readme_shows_every_option() =>
        Same("src/Cim.Sdk/README.md", text => OptionDocuments.Between(text, "table", OptionDocuments.Table(OptionTable.OnItem)));

    [Fact]
    public void The_readme_names_only_options_of_the_table()
    {
        string readme = File.ReadAllText(Path.Combine(Root(), "README.md"));
        XElement[] items = [.. Regex.Matches(readme, "<CimModel [^>]*/>").Select(match => XElement.Parse(match.Value))];
        string[] names = [.. items.SelectMany(item => item.Attributes()).Select(a => a.Name.LocalName).Where(name => name != "Include")];
        Assert.NotEmpty(names);
        Assert.All(names, name => Assert.Contains(name, OptionTable.OnItem.SelectMany(row => row.Names)));
    }

    [Fact]
    public void Every_metadata_has_a_property_as_its_default() =>
        Same("src/Cim.Sdk/build/Cim.Sdk.props", text => OptionDocuments.Between(text, "metadata", OptionDocuments.Props()));

    [Fact]
    public void Every_file_that_is_read_is_an_input_of_the_build() =>
        Same("src/Cim.Sdk/build/Cim.Sdk.targets", text => OptionDocuments.Between(text, "inputs", OptionDocuments.Inputs()));

    [Fact]
    public void The_property_page_of_editors_has_every_metadata_of_an_item()
    {
        Same("src/Cim.Sdk/build/CimModel.xml", _ => PropertyPage.Write());
        XNamespace rules = "http://schemas.microsoft.com/build/2009/properties";
        XElement rule = XElement.Load(Path.Combine(Root(), "src/Cim.Sdk/build/CimModel.xml")).Element(rules + "Rule")!;
        string[] categories = [.. rule.Descendants(rules + "Category").Select(c => (string)c.Attribute("Name")!)];
        XElement[] properties = [.. rule.Elements().Where(e => e.Name.LocalName.EndsWith("Property", StringComparison.Ordinal))];
        Assert.Equal(
            OptionTable.OnItem.Select(row => row.Name).Order(), properties.Select(p => (string)p.Attribute("Name")!).Order());
        Assert.All(properties, p => Assert.Contains((string)p.Attribute("Category")!, categories));
    }

    private static void Same(string file, Func<string, string> generate)
    {
        string path = Path.Combine(Root(), file), text = File.Exists(path) ? File.ReadAllText(path) : "", expected = generate(text);
        if (Environment.GetEnvironmentVariable("CIM_UPDATE_DOCS") == "1") File.WriteAllText(path, expected);
        else Assert.Equal(expected, text);
    }

    private static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Cim.Sdk.sln"))) return folder.FullName;
        throw new InvalidOperationException("The tests do not run inside the repository: Cim.Sdk.sln was not found above them.");
    }
}
