using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>Reads a constant that broadcasts along one axis only as one value per index of that axis.</summary>
internal static class ChannelVector
{
    /// <param name="constant">A float constant.</param>
    /// <param name="rank">Rank of the value it is combined with.</param>
    /// <param name="axis">The axis counted.</param>
    /// <param name="count">Its size.</param>
    /// <returns>One value per index, or null if the constant varies along another axis or would enlarge the value.</returns>
    public static float[]? Read(Tensor? constant, int rank, int axis, int count)
    {
        if (constant is not { Type: ElementType.Float32 } || constant.Shape.Rank > rank || constant.Length == 0) return null;
        ReadOnlySpan<float> values = constant.Span<float>();
        float[] result = new float[count];
        if (values.Length == 1)
        {
            Array.Fill(result, values[0]);
            return result;
        }

        int own = axis - (rank - constant.Shape.Rank);
        if (own < 0 || values.Length != count || constant.Shape[own] != count) return null;
        values.CopyTo(result);
        return result;
    }
}
