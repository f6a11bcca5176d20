using Cim.Compiler.Ir;

namespace Cim.Compiler.Pipeline;

/// <summary>A network with quantizers.</summary>
/// <param name="Float">The float network it stands for: the one imported, or the same with its channels equalized.</param>
/// <param name="Quantized">That network with quantizers.</param>
/// <param name="Method">How it was rounded: one of <see cref="RoundingMethods"/>, possibly after "equalized ", or
/// <see cref="Trained"/>.</param>
internal sealed record RoundedNetwork(Graph Float, Graph Quantized, string Method)
{
    /// <summary>The method of a network that was trained with its quantizers.</summary>
    public const string Trained = "trained";
}
