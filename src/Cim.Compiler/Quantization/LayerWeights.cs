using System.Collections.Immutable;

namespace Cim.Compiler.Quantization;

/// <summary>The quantized weights of one layer: real weight = <paramref name="Scales"/>[output] * integer.</summary>
/// <param name="Layer">The layer's node name.</param>
/// <param name="Bits">2 to 8; magnitudes are at most 2^(bits-1)-1.</param>
/// <param name="Integers">[outputs, rows], row-major.</param>
/// <param name="Scales">One per output.</param>
/// <param name="Bias">The real bias of each output.</param>
internal sealed record LayerWeights(
    string Layer, int Bits, ImmutableArray<sbyte> Integers, ImmutableArray<float> Scales, ImmutableArray<float> Bias);
