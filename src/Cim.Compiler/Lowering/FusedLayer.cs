using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Quantization;
using Cim.Runtime.Crossbar;

namespace Cim.Compiler.Lowering;

/// <summary>A layer with the digital work after it that its epilogue does; of a layer that several nodes use, one for each.</summary>
internal sealed record FusedLayer
{
    /// <summary>The layer.</summary>
    public required MvmLayer Layer { get; init; }

    /// <summary>The nodes it replaces; the first is the layer's own.</summary>
    public required ImmutableArray<Node> Nodes { get; init; }

    /// <summary>The integers it reads.</summary>
    public required string Input { get; init; }

    /// <summary>Scale, zero point and bits of <see cref="Input"/>.</summary>
    public required QuantizationParameters InputParameters { get; init; }

    /// <summary>Its weights.</summary>
    public required QuantizedWeights Weights { get; init; }

    /// <summary>Added to the accumulator.</summary>
    public required ImmutableArray<int> Bias { get; init; }

    /// <summary>The value added after, integers or float; null if none.</summary>
    public string? Residual { get; init; }

    /// <summary>What is done with the sum.</summary>
    public required Epilogue Epilogue { get; init; }

    /// <summary>The last value of the chain that is a real number: the layer's result before requantization.</summary>
    public required string Real { get; init; }

    /// <summary>The value the step writes.</summary>
    public required string Output { get; init; }
}
