using Microsoft.CodeAnalysis.Diagnostics;

namespace Cim.Generators.Signature;

/// <summary>
/// Everything one generated class depends on. Equal for equal inputs, and free of compilations, symbols and locations, so
/// that an edit elsewhere in the project leaves it cached.
/// </summary>
/// <param name="Path">The signature file, for errors.</param>
/// <param name="Signature">What the file contains; null if it cannot be read.</param>
/// <param name="Problem">Why it cannot be read.</param>
/// <param name="Metadata">What the item says about the class.</param>
internal sealed record ModelClass(string Path, ModelSignature? Signature, string Problem, ClassMetadata Metadata)
{
    /// <summary>Reads an additional file; null if it is no signature file of ours.</summary>
    public static ModelClass? From(
        Microsoft.CodeAnalysis.AdditionalText text, AnalyzerConfigOptionsProvider provider, CancellationToken cancellation)
    {
        if (ClassMetadata.Of(provider.GetOptions(text), provider.GlobalOptions) is not { } metadata) return null;
        string problem = "it cannot be read";
        ModelSignature? signature = text.GetText(cancellation) is { } source
            ? SignatureParser.Parse(source.Lines.Select(line => line.ToString()), out problem)
            : null;
        return new ModelClass(text.Path, signature, problem, metadata);
    }
}
