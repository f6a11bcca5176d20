using Cim.Runtime;
using Cim.Runtime.Execution;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>The numbers of a tensor of any type.</summary>
internal static class TensorNumbers
{
    public static float[] Floats(this Tensor tensor)
    {
        float[] values = new float[tensor.Length];
        HostCopy.ToHost(tensor.Data.Span, values, tensor.Type);
        return values;
    }

    /// <summary>The same as whole numbers, for shapes and axes.</summary>
    public static long[] Longs(this Tensor tensor) => tensor.Type switch
    {
        ElementType.Int64 => tensor.Span<long>().ToArray(),
        ElementType.Int32 => [.. tensor.Span<int>().ToArray().Select(i => (long)i)],
        _ => [.. tensor.Floats().Select(f => (long)f)],
    };
}
