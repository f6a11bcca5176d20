using System.Collections.Immutable;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Crossbar;

/// <summary>
/// A matrix of constant weights on crossbars: for each group, <see cref="RowsPerGroup"/> word lines (inputs) by
/// <see cref="ColumnsPerGroup"/> logical columns (outputs), used once per output position.
/// acc[c] = sum_r w[c,r] * (x[r] - inputZeroPoint) + bias[c], exactly, in 32-bit integers (64-bit if it could overflow).
/// </summary>
/// <remarks>
/// Layouts. Convolution (<see cref="Geometry"/> not null): input [image, channel, y, x], output [image, column, y, x].
/// Matrix: input [image, position, row], output [image, position, column], <see cref="PositionsPerImage"/> positions.
/// Padding cells of a convolution read as the input's zero point (real 0).
/// Requantization when there is no residual: m = inputScale * weightScale[c] / outputScale in float32 (computed in
/// double, rounded once), q = clamp(roundHalfEven(float(acc) * m) + zeroPoint), the rule of ONNX Runtime's QLinearConv.
/// Clamps to [Minimum, Maximum] become integer bounds. With a residual, or with float output:
/// y = float(acc) * (inputScale * weightScale[c]) + residual in float32, clamp, then q = clamp(roundHalfEven(y / outputScale) + zeroPoint).
/// </remarks>
internal sealed record CrossbarLayer
{
    public required string Name { get; init; }

    /// <summary>Independent blocks (groups of a grouped or depthwise convolution), else 1.</summary>
    public required int Groups { get; init; }

    public required int RowsPerGroup { get; init; }

    public required int ColumnsPerGroup { get; init; }

    /// <summary>Null for Gemm/MatMul.</summary>
    public required ConvolutionGeometry? Geometry { get; init; }

    /// <summary>Matrix-vector products per image (per group): outH*outW, tokens, or 1.</summary>
    public required int PositionsPerImage { get; init; }

    /// <summary>Int8 [groups*columnsPerGroup, rowsPerGroup]; |w| at most 2^(WeightBits-1)-1 unless pre-quantized.</summary>
    public required Tensor Weights { get; init; }

    /// <summary>1 to 8.</summary>
    public required int WeightBits { get; init; }

    /// <summary>One scale per output, [groups*columnsPerGroup].</summary>
    public required ImmutableArray<float> WeightScales { get; init; }

    /// <summary>One integer per output at scale inputScale*weightScale[c]; all zero if the layer has no bias.</summary>
    public required ImmutableArray<int> Bias { get; init; }

    public required QuantizationParameters Input { get; init; }

    public required Epilogue Epilogue { get; init; }

    /// <summary>Where the weights lie on arrays, unless they lie in <see cref="Blocks"/>.</summary>
    public required Mapping.LayerMapping Mapping { get; init; }

    /// <summary>ADC resolution of this layer; 0 = the profile's.</summary>
    public int AdcBits { get; init; }

    /// <summary>Calibrated ADC ranges, null = by the profile's policy. See <see cref="AdcCalibration"/>.</summary>
    public AdcCalibration? AdcCalibration { get; init; }

    /// <summary>
    /// Inputs seen while calibrating, [count, groups * rows], in the input's storage type: what a programmed chip is tested with
    /// to correct its columns. Null unless the profile asks for a correction.
    /// </summary>
    public Tensor? TestInputs { get; init; }

    /// <summary>
    /// Parts of the matrix with widths and arrays of their own; empty = one part, laid out by <see cref="Mapping"/>. Together they
    /// give <see cref="Weights"/> exactly. Only of layers with one group.
    /// </summary>
    public ImmutableArray<WeightBlock> Blocks { get; init; } = [];

    public int Outputs => Groups * ColumnsPerGroup;

    /// <summary>Multiply-accumulates of one image.</summary>
    public long MacsPerImage => (long)RowsPerGroup * Outputs * PositionsPerImage;
}
