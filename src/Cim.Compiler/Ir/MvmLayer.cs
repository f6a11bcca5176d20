using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>
/// A Conv, Gemm or MatMul with constant weights seen as what a crossbar computes: for each of <see cref="Groups"/> blocks
/// a matrix of <see cref="RowsPerGroup"/> inputs (word lines) by <see cref="ColumnsPerGroup"/> outputs (logical columns), used
/// <see cref="PositionsPerImage"/> times an image by each node that reads it. Found by <see cref="MvmLayers.Find"/>; cost, quantization and
/// lowering
/// read this view instead of each operator's attributes.
/// </summary>
internal sealed record MvmLayer
{
    private readonly Lazy<Tensor>? _matrix;
    private readonly Lazy<float[]?>? _bias;

    /// <summary>The node's unique name.</summary>
    public required string NodeName { get; init; }

    /// <summary><c>Conv</c>, <c>Gemm</c> or <c>MatMul</c>.</summary>
    public required string Op { get; init; }

    /// <summary>Groups of a convolution, else 1.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>kernelHeight * kernelWidth * inputChannels / groups, in (channel, y, x) order; or inputs.</summary>
    public required int RowsPerGroup { get; init; }

    /// <summary>Output channels / groups; or outputs.</summary>
    public required int ColumnsPerGroup { get; init; }

    /// <summary>Output positions of a convolution; rows of the left matrix (tokens) per image, else 1.</summary>
    public required int PositionsPerImage { get; init; }

    /// <summary>Of a convolution (1-D: height 1), else null.</summary>
    public ConvolutionGeometry? Geometry { get; init; }

    /// <summary>The value multiplied: the activations, possibly the output of a DequantizeLinear.</summary>
    public required string Input { get; init; }

    /// <summary>The value computed.</summary>
    public required string Output { get; init; }

    /// <summary>The constant that holds the weights: float, or the integers of <see cref="WeightDequantize"/>.</summary>
    public required string WeightName { get; init; }

    /// <summary>The DequantizeLinear between the constant and the node, if the model brings quantized weights.</summary>
    public Node? WeightDequantize { get; init; }

    /// <summary>The constant bias (possibly through a DequantizeLinear), or null.</summary>
    public string? BiasName { get; init; }

    /// <summary>Makes the layer able to read its weights; called by <see cref="MvmLayers"/>.</summary>
    internal MvmLayer WithData(Func<Tensor> matrix, Func<float[]?> bias) => this with { Matrix = new(matrix), BiasData = new(bias) };

    private Lazy<Tensor> Matrix { get => _matrix!; init => _matrix = value; }

    private Lazy<float[]?> BiasData { get => _bias!; init => _bias = value; }

    /// <summary>Columns of all groups: output channels.</summary>
    public int Outputs => Groups * ColumnsPerGroup;

    /// <summary>Weights in all groups.</summary>
    public long WeightCount => (long)Groups * ColumnsPerGroup * RowsPerGroup;

    /// <summary>All nodes that compute with these weights, in graph order; the first is <see cref="NodeName"/>.</summary>
    public ImmutableArray<LayerUse> Uses { get => field.IsDefault ? [new LayerUse(NodeName, Input, Output)] : field; init; }

    /// <summary>True if several nodes share the weights.</summary>
    public bool IsShared => Uses.Length > 1;

    /// <summary>The layer as one of its uses sees it.</summary>
    public MvmLayer At(LayerUse use) => this with { NodeName = use.NodeName, Input = use.Input, Output = use.Output, Uses = [use] };

    /// <summary>Multiply-accumulates per image, of all uses.</summary>
    public long MacsPerImage => WeightCount * PositionsPerImage * Uses.Length;

    /// <summary>
    /// Float32 [groups*columns, rows], row-major: one output's weights are contiguous. Dequantized if the model brings
    /// integers. Made on first use; may share memory with the graph's constant.
    /// </summary>
    public Tensor WeightMatrix => Matrix.Value;

    /// <summary>One value an output, or null without bias.</summary>
    public float[]? Bias => BiasData.Value;
}

/// <summary>
/// A product of two computed matrices (Q.K^T, A.V of attention): runs digitally here, but the published cost model of
/// mixed-precision CIM compilers maps it too, once per head.
/// </summary>
/// <param name="NodeName">The node's unique name.</param>
/// <param name="Repeat">Independent products per image (heads).</param>
/// <param name="Positions">Rows of the left matrix (tokens).</param>
/// <param name="Rows">The contracted dimension.</param>
/// <param name="Columns">Columns of the right matrix.</param>
internal sealed record DynamicMatMul(string NodeName, int Repeat, int Positions, int Rows, int Columns);
