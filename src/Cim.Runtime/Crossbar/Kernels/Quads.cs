using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Kernels;

/// <summary>Which convolutions are computed from quads of bytes.</summary>
internal static class Quads
{
    private const int Channels = 4;

    /// <summary>With fewer steps in 16 bits, widening takes what narrow products save.</summary>
    private const int FewestTogether = 4;

    /// <summary>Fewer channels or outputs leave most of a quad or a block empty.</summary>
    private const int FewestChannels = 3, FewestOutputs = 3;

    /// <summary>What inputs are counted from, so that they have no sign and are as small as they can be.</summary>
    public static int LeastInput(QuantizationParameters input) => input.Min;

    /// <summary>The same where any byte may be large.</summary>
    public static int LeastByte(QuantizationParameters input) => input.Signed ? sbyte.MinValue : 0;

    /// <summary>Writes bytes less <paramref name="least"/> to lanes, and zeros after them.</summary>
    /// <returns>The largest of them.</returns>
    public static unsafe int Pack(byte* source, int count, int least, Span<int> lanes)
    {
        Span<byte> to = MemoryMarshal.AsBytes(lanes);
        Vector128<byte> from = Vector128.Create(unchecked((byte)least)), largest = Vector128<byte>.Zero;
        int i = 0;
        fixed (byte* target = to)
        {
            for (; i + Vector128<byte>.Count <= count; i += Vector128<byte>.Count)
            {
                Vector128<byte> v = Vector128.Load(source + i) - from;
                v.Store(target + i);
                largest = Vector128.Max(largest, v);
            }
        }

        byte most = 0;
        for (int k = 0; k < Vector128<byte>.Count; k++) most = Math.Max(most, largest[k]);
        for (; i < count; i++) most = Math.Max(most, to[i] = unchecked((byte)(source[i] - least)));
        to[count..].Clear();
        return most;
    }

    /// <summary>Four channels a plane.</summary>
    public static PlaneLayout Layout(CrossbarLayer layer, int lanes) =>
        new(layer.Geometry!, layer.Geometry!.InputChannels / layer.Groups, lanes, pairsTaps: false, Channels);

    /// <summary>True where a convolution has enough channels and outputs.</summary>
    public static bool Suit(CrossbarLayer layer) => layer.Geometry is { OutputWidth: > 3 } g
        && g.InputChannels / layer.Groups >= FewestChannels && layer.ColumnsPerGroup >= FewestOutputs
        // Padding is the zero point.
        && layer.Input.ZeroPoint >= layer.Input.Min && layer.Input.ZeroPoint <= layer.Input.Max;

    /// <summary>True if the processor adds four products of bytes to 32 bits.</summary>
    public static bool HasVnni(SimdLevel level) => level >= SimdLevel.Vector256 && VnniProducts.IsSupported;

    /// <summary>
    /// Steps whose sums cannot leave 16 bits: two products a step, of weights as large as the layer has and of inputs as large as its
    /// range; 0 where these are too few.
    /// </summary>
    public static int Together(CrossbarLayer layer)
    {
        int largest = 0;
        foreach (sbyte v in layer.Weights.Span<sbyte>()) largest = Math.Max(largest, Math.Abs((int)v));
        int together = short.MaxValue / Math.Max(1, 2 * largest * (layer.Input.Max - layer.Input.Min));
        return together < FewestTogether ? 0 : together;
    }

    /// <summary>Depthwise convolutions have one channel a group.</summary>
    public static InvalidOperationException NotDepthwise() => new("A depthwise convolution is not computed from quads of channels.");
}
