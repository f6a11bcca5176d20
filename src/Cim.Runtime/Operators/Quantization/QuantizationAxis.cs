using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators.Quantization;

/// <summary>How scales and zero points lie over a tensor: one for all, or one per index of an axis.</summary>
internal sealed class QuantizationAxis
{
    private QuantizationAxis(int outer, int channels, int inner) => (Outer, Channels, Inner) = (outer, channels, inner);

    public int Outer { get; }

    /// <summary>Number of scales.</summary>
    public int Channels { get; }

    /// <summary>Neighbouring elements that share a scale.</summary>
    public int Inner { get; }

    public static QuantizationAxis Create(
        Operator op, Shape input, TensorInfo scale, TensorInfo? zeroPoint, long axisAttribute, long blockSize)
    {
        if (blockSize != 0) throw op.Error("blocked quantization (block_size) is not supported.");
        if (zeroPoint is not null && zeroPoint.Shape.Elements != scale.Shape.Elements)
            throw op.Error($"zero point {zeroPoint.Shape} and scale {scale.Shape} must have the same shape.");
        if (scale.Shape.Rank == 0
            || (scale.Shape.Rank == 1 && scale.Shape[0] == 1 && !(Fits(axisAttribute, input) && input[Normal(axisAttribute, input)] == 1)))
            return new QuantizationAxis(1, 1, checked((int)input.Elements));
        if (scale.Shape.Rank != 1) throw op.Error($"scale {scale.Shape} must be a scalar or a list.");
        if (!Fits(axisAttribute, input)) throw op.Error($"axis {axisAttribute} is outside input {input}.");
        int axis = Normal(axisAttribute, input);
        if (scale.Shape[0] != input[axis]) throw op.Error($"there are {scale.Shape[0]} scales for axis {axis} of input {input}.");
        return new QuantizationAxis(input.Product(0, axis), input[axis], input.Product(axis + 1, input.Rank));
    }

    private static bool Fits(long axis, Shape input) => axis >= -input.Rank && axis < input.Rank;

    private static int Normal(long axis, Shape input) => (int)(axis < 0 ? axis + input.Rank : axis);
}
