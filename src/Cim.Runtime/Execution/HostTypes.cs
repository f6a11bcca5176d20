namespace Cim.Runtime.Execution;

/// <summary>What the numbers in a caller's memory are.</summary>
internal enum HostType : byte
{
    /// <summary>Floats, whatever the model has.</summary>
    Float,

    /// <summary>The element type of the model.</summary>
    Own,

    /// <summary>Raw bytes for an input of floats, which are preprocessed.</summary>
    Raw,
}

/// <summary>Facts about the memory of callers.</summary>
internal static class HostTypes
{
    /// <summary>What numbers of a .NET type are to an input or output.</summary>
    /// <exception cref="CimException">CIM4002: the type does not fit.</exception>
    public static HostType Of<T>(TensorDescription tensor, bool isInput) where T : unmanaged
    {
        if (typeof(T) == typeof(float)) return HostType.Float;
        if (ElementTypes.TryOf<T>() == tensor.Type) return HostType.Own;
        if (isInput && typeof(T) == typeof(byte) && tensor.Type == ElementType.Float32) return HostType.Raw;
        throw new CimException(ErrorCodes.BufferMismatch,
            $"{(isInput ? "Input" : "Output")} '{tensor.Name}' is {tensor.Type}, and {typeof(T).Name} does not fit it: pass a span of the "
            + $"same type, or of floats.");
    }

    /// <summary>Bytes one number takes in the caller's memory.</summary>
    public static int SizeOf(this HostType host, ElementType type) => host switch
    {
        HostType.Float => sizeof(float),
        HostType.Own => type.SizeOf(),
        _ => 1,
    };
}
