using Microsoft.CodeAnalysis.Diagnostics;

namespace Cim.Generators.Signature;

/// <summary>What the item of a model says about its class, by the metadata of the signature file.</summary>
/// <param name="Name">The class, as the item names it or empty.</param>
/// <param name="Namespace">The namespace, as the item or the project names it.</param>
/// <param name="Resource">The logical name of the embedded <c>.cim</c>.</param>
/// <param name="Fidelity">The default fidelity of the class, or empty.</param>
/// <param name="Seed">The default seed of the class, or empty.</param>
internal sealed record ClassMetadata(string Name, string Namespace, string Resource, string Fidelity, string Seed)
{
    /// <summary>Reads the metadata of an additional file; null if it is no signature file of ours.</summary>
    public static ClassMetadata? Of(AnalyzerConfigOptions file, AnalyzerConfigOptions project)
    {
        string resource = Metadata("CimResource");
        if (resource.Length == 0) return null;
        project.TryGetValue("build_property.RootNamespace", out string? root);
        string space = Metadata("CimNamespace") is { Length: > 0 } own ? own : root ?? "";
        return new ClassMetadata(Metadata("CimClassName"), space, resource, Metadata("CimFidelity"), Metadata("CimSeed"));

        string Metadata(string name) =>
            file.TryGetValue("build_metadata.AdditionalFiles." + name, out string? value) ? value.Trim() : "";
    }
}
