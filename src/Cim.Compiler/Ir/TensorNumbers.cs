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
}
