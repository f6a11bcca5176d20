using Cim.Runtime;
using Microsoft.CodeAnalysis;

namespace Cim.Generators.Diagnostics;

/// <summary>What the generator can report.</summary>
internal static class DiagnosticDescriptors
{
    public static DiagnosticDescriptor InvalidSignature { get; } = new(
        ErrorCodes.InvalidSignature, "Damaged signature file",
        "The signature file '{0}' cannot be used: {1}. Delete the obj folder and build again.",
        "Cim", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
