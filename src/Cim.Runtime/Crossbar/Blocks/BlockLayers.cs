using System.Runtime.Intrinsics;
using Cim.Runtime.Simd;

namespace Cim.Runtime.Crossbar.Blocks;

/// <summary>Creates a <see cref="BlockLayer{L, TI, TF}"/> for a vector width.</summary>
internal static class BlockLayers
{
    public static PreparedLayer Create(CrossbarLayer layer, (PreparedLayer Layer, bool IsReal)[] parts, SimdLevel level) => level switch
    {
        SimdLevel.Vector512 => new BlockLayer<Lanes512, Vector512<int>, Vector512<float>>(layer, parts),
        SimdLevel.Vector256 => new BlockLayer<Lanes256, Vector256<int>, Vector256<float>>(layer, parts),
        SimdLevel.Vector128 => new BlockLayer<Lanes128, Vector128<int>, Vector128<float>>(layer, parts),
        _ => new BlockLayer<Lanes1, int, float>(layer, parts),
    };
}
