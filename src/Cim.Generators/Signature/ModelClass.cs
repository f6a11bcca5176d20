using Microsoft.CodeAnalysis.Diagnostics;

namespace Cim.Generators.Signature;

/// <summary>
/// Everything one generated class depends on. Equal for equal inputs, and free of compilations, symbols and locations, so
/// that an edit elsewhere in the project leaves it cached.
/// </summary>
/// <param name="Path">The signature file, for the place of errors.</param>
/// <param name="Signature">What it says; null if it cannot be read.</param>
/// <param name="Problem">Why it cannot be read.</param>
/// <param name="ClassName">The class, as the item names it or empty.</param>
/// <param name="Namespace">The namespace, as the item or the project names it.</param>
/// <param name="Resource">The logical name of the embedded <c>.cim</c>.</param>
/// <param name="Fidelity">The default fidelity of the class, or empty.</param>
/// <param name="Seed">The default seed of the class, or empty.</param>
internal sealed record ModelClass(
    string Path, ModelSignature? Signature, string Problem, string ClassName, string Namespace, string Resource, string Fidelity,
    string Seed)
{
    /// <summary>Reads the metadata of an additional file; null if it is no signature file of ours.</summary>
    public static ModelClass? From(
        Microsoft.CodeAnalysis.AdditionalText text, AnalyzerConfigOptionsProvider provider, CancellationToken cancellation)
    {
        AnalyzerConfigOptions options = provider.GetOptions(text);
        string resource = Metadata("CimResource");
        if (resource.Length == 0) return null;
        provider.GlobalOptions.TryGetValue("build_property.RootNamespace", out string? root);
        string space = Metadata("CimNamespace") is { Length: > 0 } own ? own : root ?? "";

        string problem = "it cannot be read";
        ModelSignature? signature = text.GetText(cancellation) is { } source
            ? SignatureParser.Parse(source.Lines.Select(line => line.ToString()), out problem)
            : null;
        return new ModelClass(
            text.Path, signature, problem, Metadata("CimClassName"), space, resource, Metadata("CimFidelity"), Metadata("CimSeed"));

        string Metadata(string name) =>
            options.TryGetValue("build_metadata.AdditionalFiles." + name, out string? value) ? value.Trim() : "";
    }
}
