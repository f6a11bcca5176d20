using System.Numerics;
using System.Runtime.InteropServices;

namespace Cim.Runtime.Operators.Movement;

/// <summary>What happens where an update meets a number: replaced, or joined by <c>add</c>, <c>mul</c>, <c>max</c> or <c>min</c>.</summary>
internal static class ScatterReduction
{
    /// <summary>Joins updates with a run of numbers of one type.</summary>
    public delegate void Join(Span<byte> target, ReadOnlySpan<byte> update);

    /// <exception cref="CimException">CIM0004: an unknown reduction, or a type without numbers.</exception>
    public static Join For(Operator op, string reduction, ElementType type) => reduction == "none"
        ? static (target, update) => update.CopyTo(target)
        : type switch
        {
            ElementType.Float32 => Of<float>(op, reduction),
            ElementType.Int64 => Of<long>(op, reduction),
            ElementType.Int32 => Of<int>(op, reduction),
            ElementType.Int8 => Of<sbyte>(op, reduction),
            ElementType.UInt8 => Of<byte>(op, reduction),
            _ => throw op.Error($"reduction '{reduction}' of {type} is not supported."),
        };

    private static Join Of<T>(Operator op, string reduction) where T : unmanaged, INumber<T> => reduction switch
    {
        "add" => static (target, update) => Each<T>(target, update, 0),
        "mul" => static (target, update) => Each<T>(target, update, 1),
        "max" => static (target, update) => Each<T>(target, update, 2),
        "min" => static (target, update) => Each<T>(target, update, 3),
        _ => throw op.Error($"reduction '{reduction}' is not supported."),
    };

    private static void Each<T>(Span<byte> targetBytes, ReadOnlySpan<byte> updateBytes, int kind) where T : unmanaged, INumber<T>
    {
        Span<T> target = MemoryMarshal.Cast<byte, T>(targetBytes);
        ReadOnlySpan<T> update = MemoryMarshal.Cast<byte, T>(updateBytes);
        for (int i = 0; i < target.Length; i++)
            target[i] = kind switch
            {
                0 => unchecked(target[i] + update[i]),
                1 => unchecked(target[i] * update[i]),
                2 => T.Max(target[i], update[i]),
                _ => T.Min(target[i], update[i]),
            };
    }
}
