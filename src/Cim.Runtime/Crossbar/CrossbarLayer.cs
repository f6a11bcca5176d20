using System.Collections.Immutable;

namespace Cim.Runtime.Crossbar;

/// <summary>
/// How a tensor of reals is represented by integers: real = scale * (q - zeroPoint), q rounded half to even and
/// saturated to [Min, Max] (the semantics of ONNX QuantizeLinear/DequantizeLinear).
/// </summary>
internal sealed record QuantizationParameters(float Scale, int ZeroPoint, int Bits, bool Signed)
{
    /// <summary>The smallest integer.</summary>
    public int Min => Signed ? -(1 << (Bits - 1)) : 0;

    /// <summary>The largest integer.</summary>
    public int Max => Signed ? (1 << (Bits - 1)) - 1 : (1 << Bits) - 1;

    /// <summary>How the integers lie in memory.</summary>
    public ElementType StorageType => Signed ? ElementType.Int8 : ElementType.UInt8;
}

/// <summary>
/// How a convolution reads its input: 2-D over NCHW (1-D convolutions have height 1). Each output position is one
/// matrix-vector product over the input patch, rows in (channel, kernelY, kernelX) order.
/// </summary>
internal sealed record ConvolutionGeometry(
    int InputChannels, int InputHeight, int InputWidth,
    int KernelHeight, int KernelWidth,
    int StrideY, int StrideX,
    int PadTop, int PadLeft, int PadBottom, int PadRight,
    int DilationY, int DilationX)
{
    public int OutputHeight => ((InputHeight + PadTop + PadBottom - (DilationY * (KernelHeight - 1)) - 1) / StrideY) + 1;

    public int OutputWidth => ((InputWidth + PadLeft + PadRight - (DilationX * (KernelWidth - 1)) - 1) / StrideX) + 1;
}

/// <summary>What happens digitally to a sum after shift-and-add, in this order; see docs/quantization.md for the rounding.</summary>
/// <param name="Residual">
/// If not null, a second tensor in the output's layout is dequantized with these parameters and added.
/// (A float residual has <see cref="ResidualIsFloat"/> set.)
/// </param>
/// <param name="ResidualIsFloat">The residual is float and is added as it is.</param>
/// <param name="Minimum">Lower clamp on the real value (0 for Relu), or negative infinity.</param>
/// <param name="Maximum">Upper clamp on the real value (6 for Relu6), or positive infinity.</param>
/// <param name="Output">If not null the result is requantized, else it is written as float.</param>
internal sealed record Epilogue(
    QuantizationParameters? Residual, bool ResidualIsFloat, float Minimum, float Maximum, QuantizationParameters? Output)
{
    public static Epilogue None { get; } = new(null, false, float.NegativeInfinity, float.PositiveInfinity, null);

    /// <summary>The sums themselves, 4 bytes each: 32-bit integers, or floats where conversions make them so. For blocks of a
    /// layer.</summary>
    public static Epilogue Sums { get; } = None with { GivesSums = true };

    /// <summary>See <see cref="Sums"/>.</summary>
    public bool GivesSums { get; init; }

    public bool AddsResidual => Residual is not null || ResidualIsFloat;
}

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

    /// <summary>Int8 [groups*columnsPerGroup, rowsPerGroup]; |w| at most 2^(WeightBits-1)-1 unless the quantization was given.</summary>
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
}

/// <summary>
/// Measured ranges of the analog sums in units of integer products (one unit = one cell level times one input level),
/// one [low, high] per weight slice (or a single one for all).
/// </summary>
internal sealed record AdcCalibration(ImmutableArray<float> Low, ImmutableArray<float> High);
