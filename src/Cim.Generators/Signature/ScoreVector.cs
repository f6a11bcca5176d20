namespace Cim.Generators.Signature;

/// <summary>Which outputs are vectors of scores, one a class. The build task and the generator ask the same question.</summary>
internal static class ScoreVector
{
    /// <summary>
    /// The number of classes: real numbers, the batch (symbolic, or 1) first, and one more dimension of two or more; others of 1 do not
    /// matter. 0 for everything else.
    /// </summary>
    /// <param name="elementType">The ONNX element type.</param>
    /// <param name="dimensions">The dimensions; -1 where symbolic.</param>
    public static int Classes(string elementType, IReadOnlyList<long> dimensions)
    {
        if (elementType is not ("float" or "double" or "float16" or "bfloat16")) return 0;
        if (dimensions.Count < 2 || dimensions[0] is not (-1 or 1)) return 0;
        long[] large = [.. dimensions.Skip(1).Where(d => d != 1)];
        return large.Length == 1 && large[0] is > 1 and <= int.MaxValue ? (int)large[0] : 0;
    }
}
