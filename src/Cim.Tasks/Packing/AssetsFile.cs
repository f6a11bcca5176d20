using System.Runtime.Serialization.Json;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Cim.Tasks.Packing;

/// <summary>
/// What restore resolved (<c>project.assets.json</c>), where <c>dotnet pack</c> finds the dependencies of the package it makes.
/// Read as the XML that .NET maps JSON to, because a task brings no JSON library along.
/// </summary>
internal sealed class AssetsFile
{
    public const string FileName = "project.assets.json";

    private readonly XElement _root;

    private AssetsFile(XElement root) => _root = root;

    public static AssetsFile Read(string path)
    {
        using Stream stream = File.OpenRead(path);
        using XmlReader reader = JsonReaderWriterFactory.CreateJsonReader(stream, XmlDictionaryReaderQuotas.Max);
        XElement root = XElement.Load(reader);
        // What has no text in JSON comes as an empty text, which the writer refuses to write there.
        foreach (XElement element in root.DescendantsAndSelf())
            if (!element.HasElements && element.Attribute("type")?.Value is "null" or "object" or "array") element.RemoveNodes();
        return new AssetsFile(root);
    }

    public string ToJson()
    {
        using MemoryStream stream = new();
        using (XmlDictionaryWriter writer = JsonReaderWriterFactory.CreateJsonWriter(stream, Encoding.UTF8, ownsStream: false))
            _root.WriteTo(writer);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>
    /// Puts a package that another one brought in the other's stead: what the project packs depends on <paramref name="runtime"/>,
    /// and no longer on <paramref name="sdk"/>. A reference whose <c>PrivateAssets</c> lets build assets through is meant that way
    /// and stays. False if nothing changed.
    /// </summary>
    public bool Replace(string sdk, string runtime)
    {
        bool changed = false;
        foreach (XElement framework in Members(_root, "project", "frameworks"))
        {
            XElement[] direct = [.. Members(framework, "dependencies")];
            if (Array.Find(direct, d => IsNamed(d, sdk)) is not { } reference) continue;
            if (Resolved(Name(framework), runtime) is not { } version) continue;
            string? isPrivate = reference.Element("suppressParent")?.Value;
            if (isPrivate is not null && !string.Equals(isPrivate, "All", StringComparison.OrdinalIgnoreCase)) continue;

            if (isPrivate is null) reference.Add(Text("suppressParent", "All"));
            if (!Array.Exists(direct, d => IsNamed(d, runtime))) reference.AddAfterSelf(Dependency(runtime, version));
            changed = true;
        }
        return changed;
    }

    /// <summary>The version of a package in one framework; restore lists one target a framework and runtime, of one version each.</summary>
    private string? Resolved(string framework, string package) =>
        Members(_root, "targets").Where(t => Name(t) == framework).Concat(Members(_root, "targets"))
            .SelectMany(target => target.Elements()).Select(Name)
            .FirstOrDefault(name => name.StartsWith(package + "/", StringComparison.OrdinalIgnoreCase))?.Substring(package.Length + 1);

    private static XElement Dependency(string package, string version)
    {
        // A name that is no name in XML, as most with a dot and a digit, is an attribute of an element called "a:item".
        XNamespace item = "item";
        return new XElement(item + "item", new XAttribute("item", package), new XAttribute("type", "object"),
            Text("target", "Package"), Text("version", $"[{version}, )"));
    }

    private static XElement Text(string name, string value) => new(name, new XAttribute("type", "string"), value);

    private static IEnumerable<XElement> Members(XElement parent, params string[] path)
    {
        XElement? node = parent;
        foreach (string name in path) node = node?.Elements().FirstOrDefault(e => Name(e) == name);
        return node?.Elements() ?? [];
    }

    private static bool IsNamed(XElement element, string name) => string.Equals(Name(element), name, StringComparison.OrdinalIgnoreCase);

    private static string Name(XElement element) => element.Attribute("item")?.Value ?? element.Name.LocalName;
}
