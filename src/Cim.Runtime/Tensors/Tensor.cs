using System.Runtime.InteropServices;

namespace Cim.Runtime.Tensors;

/// <summary>A constant: element type, concrete shape and row-major data in the machine's (little-endian) order.</summary>
internal sealed class Tensor
{
    private readonly ReadOnlyMemory<byte> _data;

    /// <summary>Wraps data without copying it.</summary>
    /// <exception cref="ArgumentException">The data's length is not that of the shape.</exception>
    public Tensor(ElementType type, Shape shape, ReadOnlyMemory<byte> data)
    {
        if (data.Length != checked(shape.Elements * type.SizeOf()))
            throw new ArgumentException($"{data.Length} bytes do not fill a {type} tensor of shape {shape}.", nameof(data));
        (Type, Shape, _data) = (type, shape, data);
    }

    /// <summary>The element type.</summary>
    public ElementType Type { get; }

    /// <summary>The concrete shape.</summary>
    public Shape Shape { get; }

    /// <summary>The raw bytes.</summary>
    public ReadOnlyMemory<byte> Data => _data;

    /// <summary>The number of elements.</summary>
    public int Length => _data.Length / Type.SizeOf();

    /// <summary>The elements as <typeparamref name="T"/>.</summary>
    /// <exception cref="InvalidOperationException">The tensor has another element type.</exception>
    public ReadOnlySpan<T> Span<T>() where T : unmanaged => ElementTypes.Of<T>() == Type
        ? MemoryMarshal.Cast<byte, T>(_data.Span)
        : throw new InvalidOperationException($"The tensor holds {Type}, not {typeof(T).Name}.");

    /// <summary>Copies values into a new tensor.</summary>
    public static Tensor Create<T>(Shape shape, ReadOnlySpan<T> values) where T : unmanaged =>
        new(ElementTypes.Of<T>(), shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>A scalar.</summary>
    public static Tensor Scalar<T>(T value) where T : unmanaged => Create<T>(Shape.Scalar, [value]);
}
