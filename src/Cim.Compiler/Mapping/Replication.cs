using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Mapping;

/// <summary>
/// Copies of slow layers on arrays that are left, so that several products run at once (ISAAC, ISCA 2016, replicates its early
/// layers). Arrays are given out greedily by nanoseconds saved an array, each time as many copies as shorten the layer at all
/// (7 products take two rounds on 4 copies as on 6). Energy does not change: the same products are computed.
/// </summary>
internal static class Replication
{
    /// <summary>The cost of every layer with its copies.</summary>
    /// <param name="shapes">The layers.</param>
    /// <param name="cost">The cost of a layer with a number of copies.</param>
    /// <param name="profile">The hardware; a serial machine has no use for copies.</param>
    /// <param name="arrays">Arrays available for everything; 0 = no copies.</param>
    public static ImmutableArray<LayerCost> Apply(
        ImmutableArray<LayerShape> shapes, Func<LayerShape, int, LayerCost> cost, HardwareProfile profile, long arrays)
    {
        LayerCost[] layers = [.. shapes.Select(s => cost(s, 1))];
        if (arrays <= 0 || profile.Execution != ExecutionModel.Resident) return [.. layers];
        long left = arrays - layers.Sum(l => l.Arrays);
        LayerCost?[] next = [.. shapes.Select((s, i) => Next(s, layers[i], cost))];
        while (true)
        {
            int best = -1;
            double most = 0;
            for (int i = 0; i < layers.Length; i++)
            {
                if (next[i] is not { } more || more.Arrays - layers[i].Arrays > left) continue;
                double saved = (layers[i].LatencyNs - more.LatencyNs) / (more.Arrays - layers[i].Arrays);
                if (saved > most) (best, most) = (i, saved);
            }

            if (best < 0) return [.. layers];
            left -= next[best]!.Arrays - layers[best].Arrays;
            layers[best] = next[best]!;
            next[best] = Next(shapes[best], layers[best], cost);
        }
    }

    /// <summary>The layer with just enough more copies to save a round of products; null if there is no round to save.</summary>
    private static LayerCost? Next(LayerShape shape, LayerCost now, Func<LayerShape, int, LayerCost> cost)
    {
        if (shape.IsDynamic) return null;
        long rounds = (shape.Mvms + now.Copies - 1) / now.Copies;
        return rounds <= 1 ? null : cost(shape, (int)((shape.Mvms + rounds - 2) / (rounds - 1)));
    }
}
