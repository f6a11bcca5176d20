using Cim.Runtime;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>
/// A Conv, Gemm or MatMul with constant weights seen as what a crossbar computes: for each of <see cref="Groups"/> blocks
/// a matrix of <see cref="RowsPerGroup"/> inputs (word lines) by <see cref="ColumnsPerGroup"/> outputs (logical columns), used
/// <see cref="PositionsPerImage"/> times an image. Found by <see cref="MvmLayers.Find"/>; cost, quantization and lowering
/// read this view instead of each operator's attributes.
/// </summary>
/// <param name="NodeName">The node's unique name.</param>
/// <param name="Op"><c>Conv</c>, <c>Gemm</c> or <c>MatMul</c>.</param>
/// <param name="Groups">Groups of a convolution, else 1.</param>
/// <param name="RowsPerGroup">kernelHeight * kernelWidth * inputChannels / groups, in (channel, y, x) order; or inputs.</param>
/// <param name="ColumnsPerGroup">Output channels / groups; or outputs.</param>
/// <param name="PositionsPerImage">Output positions of a convolution; rows of the left matrix (tokens) per image, else 1.</param>
/// <param name="Geometry">Of a convolution (1-D: height 1), else null.</param>
/// <param name="Input">The value multiplied: the activations, possibly the output of a DequantizeLinear.</param>
/// <param name="Output">The value computed.</param>
/// <param name="WeightName">The constant that holds the weights: float, or the integers of <see cref="WeightDequantize"/>.</param>
/// <param name="WeightDequantize">The DequantizeLinear between the constant and the node, if the model brings quantized weights.</param>
/// <param name="BiasName">The constant bias (possibly through a DequantizeLinear), or null.</param>
internal sealed record MvmLayer(
    string NodeName, string Op, int Groups, int RowsPerGroup, int ColumnsPerGroup, int PositionsPerImage,
    ConvolutionGeometry? Geometry, string Input, string Output, string WeightName, Node? WeightDequantize, string? BiasName)
{
    private readonly Lazy<Tensor>? _matrix;
    private readonly Lazy<float[]?>? _bias;

    /// <summary>Makes the layer able to read its weights; called by <see cref="MvmLayers"/>.</summary>
    internal MvmLayer WithData(Func<Tensor> matrix, Func<float[]?> bias) => this with { Matrix = new(matrix), BiasData = new(bias) };

    private Lazy<Tensor> Matrix { get => _matrix!; init => _matrix = value; }

    private Lazy<float[]?> BiasData { get => _bias!; init => _bias = value; }

    /// <summary>Columns of all groups: output channels.</summary>
    public int Outputs => Groups * ColumnsPerGroup;

    /// <summary>Weights in all groups.</summary>
    public long WeightCount => (long)Groups * ColumnsPerGroup * RowsPerGroup;

    /// <summary>Multiply-accumulates per image.</summary>
    public long MacsPerImage => WeightCount * PositionsPerImage;

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
/// <param name="Left">The left value.</param>
/// <param name="Right">The right value.</param>
/// <param name="Output">The value computed.</param>
internal sealed record DynamicMatMul(
    string NodeName, int Repeat, int Positions, int Rows, int Columns, string Left, string Right, string Output);
