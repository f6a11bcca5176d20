using System.Collections.Immutable;

namespace Cim.Compiler.Scheduling.Partition;

/// <summary>
/// Cuts a network that is larger than the chip into parts that are programmed one after the other: dynamic programming over the layers
/// in order, with the least sum of programming, loading and computing. The work of a part is taken as spread evenly over all arrays, as
/// copies spread it, or as its slowest layer where there are none.
/// </summary>
/// <param name="arrays">Arrays of the chip.</param>
/// <param name="programmingNs">Nanoseconds to program a number of arrays.</param>
/// <param name="hasCopies">Whether arrays that are left hold copies.</param>
internal sealed class NetworkPartition(long arrays, Func<long, double> programmingNs, bool hasCopies)
{
    /// <summary>The parts in order. A layer that is larger than the chip is a part of its own, programmed in several passes.</summary>
    public ImmutableArray<NetworkPart> Of(IReadOnlyList<PartitionedLayer> layers)
    {
        double[] least = new double[layers.Count + 1];
        int[] start = new int[layers.Count + 1];
        for (int end = 1; end <= layers.Count; end++)
        {
            least[end] = double.PositiveInfinity;
            long held = 0;
            for (int first = end - 1; first >= 0; first--)
            {
                held += layers[first].Arrays;
                if (held > arrays && first < end - 1) break;
                double ns = least[first] + CostNs(layers, first, end);
                if (ns < least[end]) (least[end], start[end]) = (ns, first);
            }
        }

        var parts = new Stack<NetworkPart>();
        for (int end = layers.Count; end > 0; end = start[end]) parts.Push(new NetworkPart(start[end], end - start[end]));
        return [.. parts];
    }

    /// <summary>Nanoseconds of a part.</summary>
    public double CostNs(IReadOnlyList<PartitionedLayer> layers, int first, int end)
    {
        (long held, double work, double slowest) = (0, 0, 0);
        for (int i = first; i < end; i++)
        {
            held += layers[i].Arrays;
            work += layers[i].BusyNs * layers[i].Arrays;
            slowest = Math.Max(slowest, layers[i].BusyNs);
        }

        // A layer that does not fit passes over the chip several times.
        long passes = Math.Max(1, (held + arrays - 1) / arrays);
        double programming = programmingNs(hasCopies ? passes * arrays : held);
        return layers[first].InputNs + programming + (hasCopies ? work / arrays : slowest * passes);
    }
}
