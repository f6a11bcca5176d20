using System.Xml.Linq;
using Cim.Compiler.Options;

namespace Cim.Tasks.Tests.Options;

/// <summary>Writes the rule from which Visual Studio makes the property page of a <c>CimModel</c> item.</summary>
internal static class PropertyPage
{
    private const string Item = "CimModel";

    private static readonly XNamespace _rules = "http://schemas.microsoft.com/build/2009/properties";

    private static readonly (OptionGroup Group, string Title)[] _categories =
    [
        (OptionGroup.Inputs, "Hardware and data"), (OptionGroup.Precision, "Precision"), (OptionGroup.Search, "Search and budget"),
        (OptionGroup.Training, "Training"), (OptionGroup.Lock, "Lock file"), (OptionGroup.Outputs, "Files that are written"),
        (OptionGroup.Build, "Class and build"),
    ];

    /// <summary>The file, with an entry for each option of an item.</summary>
    public static string Write()
    {
        var rule = new XElement(_rules + "Rule",
            new XAttribute("Name", Item), new XAttribute("DisplayName", "Network on crossbars"), new XAttribute("PageTemplate", "generic"),
            new XAttribute("Description", "What the build makes of an ONNX network."), new XAttribute("OverrideMode", "Extend"),
            new XElement(_rules + "Rule.DataSource", Source()),
            new XElement(_rules + "Rule.Categories", _categories.Select(c =>
                new XElement(_rules + "Category", new XAttribute("Name", c.Group), new XAttribute("DisplayName", c.Title)))),
            OptionTable.OnItem.OrderBy(row => row.Group).Select(Property));
        var document = new XDocument(
            new XComment(" Generated from the option table, see docs/options.md: the property page of a model in Visual Studio. "),
            new XElement(_rules + "ProjectSchemaDefinitions",
                new XElement(_rules + "FileExtension", new XAttribute("Name", ".onnx"), new XAttribute("ContentType", "OnnxFile")),
                new XElement(_rules + "ContentType", new XAttribute("Name", "OnnxFile"), new XAttribute("DisplayName", "ONNX network"),
                    new XAttribute("ItemType", Item)),
                new XElement(_rules + "ItemType", new XAttribute("Name", Item), new XAttribute("DisplayName", "Network on crossbars")),
                rule));
        return document.ToString().ReplaceLineEndings("\n") + "\n";
    }

    private static XElement Property(OptionRow row)
    {
        string kind = row.Kind is OptionKind.Choice or OptionKind.Flag ? "EnumProperty" : "StringProperty";
        var property = new XElement(_rules + kind,
            new XAttribute("Name", row.Name), new XAttribute("DisplayName", Words(row.Name)), new XAttribute("Category", row.Group),
            new XAttribute("Description", OptionDocuments.Description(row)));
        if (row.Kind == OptionKind.Folder) property.Add(new XAttribute("Subtype", "folder"));
        else if (row.IsPath) property.Add(new XAttribute("Subtype", "file"));
        // Nothing is a value, too: the property of the project, or else the default.
        string[] values = row.Kind == OptionKind.Flag ? ["", "true", "false"]
            : row.Kind == OptionKind.Choice ? ["", .. row.Choices] : [];
        property.Add(values.Select(value => new XElement(_rules + "EnumValue", new XAttribute("Name", value),
            new XAttribute("DisplayName", value.Length == 0 ? "(not set)" : value))));
        property.Add(new XElement(_rules + (kind + ".DataSource"), Source()));
        return property;
    }

    private static XElement Source() => new(_rules + "DataSource",
        new XAttribute("Persistence", "ProjectFile"), new XAttribute("ItemType", Item),
        new XAttribute("HasConfigurationCondition", "false"), new XAttribute("SourceOfDefaultValue", "AfterContext"));

    /// <summary>MaxAccuracyLoss: "Max accuracy loss".</summary>
    private static string Words(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 ? " " + char.ToLowerInvariant(c) : c.ToString()));
}
