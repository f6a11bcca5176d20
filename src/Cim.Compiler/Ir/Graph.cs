using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>
/// The compiler's own immutable view of a network: nodes in topological order, every value named once (static single
/// assignment), shapes inferred. Passes take a graph and return a new one; <see cref="GraphVerifier"/> checks the result.
/// Quantization is explicit: QuantizeLinear/DequantizeLinear nodes, so the exported QDQ model is this graph written out.
/// </summary>
internal sealed record Graph
{
    public required string Name { get; init; }

    /// <summary>The inputs a caller provides (never initializers).</summary>
    public required ImmutableArray<string> Inputs { get; init; }

    public required ImmutableArray<string> Outputs { get; init; }

    /// <summary>In topological order.</summary>
    public required ImmutableArray<Node> Nodes { get; init; }

    /// <summary>Constants by value name.</summary>
    public required ImmutableDictionary<string, Tensor> Constants { get; init; }

    /// <summary>Element type and shape of every value, constants and inputs included.</summary>
    public required ImmutableDictionary<string, ValueInfo> Values { get; init; }

    /// <summary>Moments of the values that normalisations gave before they were folded, by value name: an annotation that nothing
    /// computes with but ranges without data.</summary>
    public ImmutableDictionary<string, ChannelMoments> Normalised { get; init; } = ImmutableDictionary<string, ChannelMoments>.Empty;

    /// <summary>True if the batch dimension is symbolic (dimension -1 of the inputs).</summary>
    public bool HasSymbolicBatch => Inputs.Any(i => Values[i].Shape.IsSymbolic);
}

/// <summary>Type and shape of a value; symbolic dimensions as in <see cref="Shape"/>.</summary>
internal sealed record ValueInfo(ElementType Type, Shape Shape);
