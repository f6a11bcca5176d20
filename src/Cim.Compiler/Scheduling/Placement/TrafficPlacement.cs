using System.Collections.Immutable;

namespace Cim.Compiler.Scheduling.Placement;

/// <summary>
/// Puts the cores of layers at slots of a grid so that bits pass few routers: a quadratic assignment. Where there are few orders, all
/// are tried, cutting off where what is placed costs more than the best; else pairs are exchanged while one gains, from the order of the
/// network on; cores beyond thousands stay in that order, in which neighbours are near.
/// </summary>
internal sealed class TrafficPlacement
{
    /// <summary>Every order is tried where there are at most so many: 8 cores in 9 slots, or 3 in 70.</summary>
    public const long MostOrders = 400_000;

    private const int MostExchanged = 2048, MostSampled = 64, MostSweeps = 24;
    private const long MostSteps = 40_000_000;

    private readonly CoreGrid _grid;
    private readonly double[][] _bits;

    private TrafficPlacement(CoreGrid grid, double[][] bits) => (_grid, _bits) = (grid, bits);

    /// <summary>The slot of every core.</summary>
    /// <param name="cores">The cores of each layer, numbered from 0.</param>
    /// <param name="traffic">What moves between layers.</param>
    /// <param name="grid">The slots; at least as many as cores.</param>
    public static int[] Of(ImmutableArray<CoreRange> cores, ImmutableArray<LayerTraffic> traffic, CoreGrid grid)
    {
        int count = cores.IsEmpty ? 0 : cores.Max(c => c.First + c.Count);
        int[] slots = [.. Enumerable.Range(0, count)];
        if (count > MostExchanged) return slots;
        var placement = new TrafficPlacement(grid, Between(cores, traffic, count));
        return Orders(count, grid.Cores) <= MostOrders ? placement.Exact(slots) : placement.Exchanged(slots);
    }

    /// <summary>In how many ways cores can be put at slots.</summary>
    public static double Orders(int cores, int slots) =>
        Enumerable.Range(0, cores).Aggregate(1.0, (orders, core) => orders * (slots - core));

    /// <summary>Bits times hops of a placement.</summary>
    public static double HopBits(
        ImmutableArray<CoreRange> cores, ImmutableArray<LayerTraffic> traffic, CoreGrid grid, IReadOnlyList<int> slots) =>
        traffic.Sum(t => t.Bits * Hops(cores[t.From], cores[t.To], grid, slots));

    /// <summary>Hops between the cores of two layers on average, of many cores every n-th; within a layer, of its cores to the first
    /// one.</summary>
    public static double Hops(CoreRange from, CoreRange to, CoreGrid grid, IReadOnlyList<int> slots)
    {
        if (from == to) return from.Count < 2 ? 0 : from.Numbers.Skip(1).Average(c => grid.Hops(slots[c], slots[from.First]));
        (int fromStep, int toStep) = (1 + (from.Count / MostSampled), 1 + (to.Count / MostSampled));
        (double hops, int pairs) = (0, 0);
        for (int a = 0; a < from.Count; a += fromStep)
            for (int b = 0; b < to.Count; b += toStep, pairs++)
                hops += grid.Hops(slots[from.First + a], slots[to.First + b]);
        return hops / pairs;
    }

    /// <summary>Links between chips from the cores of one layer to those of another on average.</summary>
    public static double ChipHops(CoreRange from, CoreRange to, CoreGrid grid, IReadOnlyList<int> slots) =>
        from == to ? from.Numbers.Skip(1).Select(c => (double)grid.ChipHops(slots[c], slots[from.First])).DefaultIfEmpty(0).Average()
            : from.Numbers.Average(a => to.Numbers.Average(b => grid.ChipHops(slots[a], slots[b])));

    /// <summary>Bits between cores: those between layers spread evenly over their cores.</summary>
    private static double[][] Between(ImmutableArray<CoreRange> cores, ImmutableArray<LayerTraffic> traffic, int count)
    {
        double[][] bits = [.. Enumerable.Range(0, count).Select(_ => new double[count])];
        foreach (LayerTraffic t in traffic)
        {
            (CoreRange from, CoreRange to) = (cores[t.From], cores[t.To]);
            if (t.From == t.To)
            {
                foreach (int c in from.Numbers.Skip(1)) Add(c, from.First, t.Bits / (from.Count - 1));
                continue;
            }

            double share = t.Bits / ((double)from.Count * to.Count);
            foreach (int a in from.Numbers)
                foreach (int b in to.Numbers)
                    if (a != b) Add(a, b, share);
        }

        return bits;

        void Add(int a, int b, double share)
        {
            bits[a][b] += share;
            bits[b][a] += share;
        }
    }

    private int[] Exact(int[] slots)
    {
        (int[] best, double least) = (slots, Cost(slots));
        Extend(new int[slots.Length], 0, new bool[_grid.Cores], 0);
        return best;

        void Extend(int[] chosen, int at, bool[] taken, double cost)
        {
            if (cost >= least) return;
            if (at == chosen.Length)
            {
                (best, least) = ([.. chosen], cost);
                return;
            }

            for (int slot = 0; slot < _grid.Cores; slot++)
            {
                if (taken[slot]) continue;
                double more = cost;
                for (int other = 0; other < at; other++) more += _bits[at][other] * _grid.Hops(slot, chosen[other]);
                (chosen[at], taken[slot]) = (slot, true);
                Extend(chosen, at + 1, taken, more);
                taken[slot] = false;
            }
        }
    }

    private int[] Exchanged(int[] slots)
    {
        long steps = 0;
        for (int sweep = 0; sweep < MostSweeps; sweep++)
        {
            bool gained = false;
            for (int a = 0; a < slots.Length; a++)
                for (int b = a + 1; b < slots.Length; b++)
                {
                    if ((steps += slots.Length) > MostSteps) return slots;
                    if (Change(slots, a, b) >= -1e-9) continue;
                    (slots[a], slots[b]) = (slots[b], slots[a]);
                    gained = true;
                }

            if (!gained) break;
        }

        return slots;
    }

    /// <summary>What the cost changes by if two cores exchange their slots.</summary>
    private double Change(int[] slots, int a, int b)
    {
        double change = 0;
        for (int c = 0; c < slots.Length; c++)
        {
            double difference = _bits[a][c] - _bits[b][c];
            if (c == a || c == b || difference == 0) continue;
            change += difference * (_grid.Hops(slots[b], slots[c]) - _grid.Hops(slots[a], slots[c]));
        }

        return change;
    }

    private double Cost(int[] slots)
    {
        double cost = 0;
        for (int a = 0; a < slots.Length; a++)
            for (int b = 0; b < a; b++) cost += _bits[a][b] * _grid.Hops(slots[a], slots[b]);
        return cost;
    }
}
