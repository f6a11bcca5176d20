using Cim.Runtime.Tensors;
using static Cim.Runtime.Tests.Testing.Ops;

namespace Cim.Runtime.Tests.Operators.Spatial;

/// <summary>The windows of convolutions and pools, by their definition.</summary>
internal static class Windows
{
    /// <summary>The input positions a window covers, with the kernel position of each.</summary>
    public static List<(int[] Input, int[] Kernel)> Of(Tensor x, int[] at, int[] kernel, int[] stride, int[] dilation, int[] pads)
    {
        var patch = new List<(int[], int[])>();
        foreach (int[] k in Indices(kernel))
        {
            int[] input = [.. k.Select((v, d) => (at[2 + d] * stride[d]) - pads[d] + (v * dilation[d]))];
            if (input.Select((v, d) => v >= 0 && v < x.Shape[2 + d]).All(b => b)) patch.Add((input, k));
        }

        return patch;
    }

    public static int[] Each(int count, Func<int> value) => [.. Enumerable.Range(0, count).Select(_ => value())];
}
