using Cim.Runtime.Tensors;

namespace Cim.Runtime.Operators;

/// <summary>What is known of a tensor before it is computed: its element type, concrete shape, and its data if it is a constant.</summary>
internal sealed record TensorInfo(ElementType Type, Shape Shape, Tensor? Constant = null)
{
    /// <summary>The description of a constant.</summary>
    public static TensorInfo Of(Tensor constant) => new(constant.Type, constant.Shape, constant);

    /// <summary>Bytes of the data.</summary>
    public int Bytes => checked((int)(Shape.Elements * Type.SizeOf()));
}
