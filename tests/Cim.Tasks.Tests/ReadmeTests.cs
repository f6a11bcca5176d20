using System.Xml.Linq;
using Cim.Tasks.Options;
using Xunit;

namespace Cim.Tasks.Tests;

public sealed class ReadmeTests
{
    [Theory]
    [InlineData("docs/options.md")]
    [InlineData("src/Cim.Sdk/README.md")]
    public void The_option_table_names_every_metadata_with_its_property_and_flag(string file)
    {
        string[] rows = File.ReadAllLines(Path.Combine(Root(), file)).Where(line => line.StartsWith('|')).ToArray();
        Assert.All(ModelMetadata.All, metadata => Assert.Contains(rows, row =>
            row.Contains($"`{metadata.Name}`", StringComparison.Ordinal)
            && row.Contains($"`Cim{metadata.Name}`", StringComparison.Ordinal)
            && (metadata.Flag is null || row.Contains($"`{metadata.Flag}`", StringComparison.Ordinal))));
    }

    [Fact]
    public void Every_metadata_has_a_property_as_its_default()
    {
        XElement definitions = XDocument.Load(Path.Combine(Root(), "src", "Cim.Sdk", "build", "Cim.Sdk.props")).Descendants("CimModel")
            .Single();
        Assert.Equal(
            ModelMetadata.All.Select(m => $"{m.Name}=$(Cim{m.Name})"), definitions.Elements().Select(e => $"{e.Name.LocalName}={e.Value}"));
    }

    private static string Root()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Cim.Sdk.sln"))) return folder.FullName;
        throw new InvalidOperationException("The tests do not run inside the repository: Cim.Sdk.sln was not found above them.");
    }
}
