using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Rows;

namespace Cim.Compiler.Scheduling.Placement;

/// <summary>Bits that move from the cores of one layer to those of another in an inference.</summary>
/// <param name="From">The layer that makes them.</param>
/// <param name="To">The layer that needs them; the same one for partial sums.</param>
/// <param name="Bits">How many.</param>
internal readonly record struct LayerTraffic(int From, int To, double Bits)
{
    private const int PartialSumBits = 24;

    /// <summary>
    /// All traffic of a network. Digital operators work on the cores of the layer whose rows they read first; a value travels once to each
    /// core that holds other columns of the layer that reads it; where the row tiles of a copy lie on several cores, all but one of them
    /// send their partial sums to be added.
    /// </summary>
    /// <param name="graph">The stages.</param>
    /// <param name="activationBits">Bits of an activation by layer.</param>
    /// <param name="coresOfCopy">Cores that one copy of a layer takes.</param>
    /// <param name="rowTiles">Row tiles of a layer.</param>
    public static ImmutableArray<LayerTraffic> Of(
        StageGraph graph, IReadOnlyList<int> activationBits, IReadOnlyList<long> coresOfCopy, IReadOnlyList<long> rowTiles)
    {
        var bits = new SortedDictionary<(int, int), double>();
        int[] owners = Owners(graph);
        for (int s = 0; s < graph.Stages.Length; s++)
        {
            foreach (StageInput input in graph.Stages[s].Inputs)
            {
                (int from, int to) = (owners[input.Producer], owners[s]);
                if (from == to || from < 0 || to < 0) continue;
                double columnCores = graph.Stages[s].Layer < 0 ? 1 : Math.Max(1, coresOfCopy[to] / Math.Max(1, rowTiles[to]));
                Add(from, to, graph.Stages[input.Producer].Elements * (double)activationBits[to] * columnCores);
            }
        }

        for (int l = 0; l < graph.Layers.Length; l++)
        {
            long senders = Math.Min(coresOfCopy[l], rowTiles[l]) - 1;
            if (senders > 0) Add(l, l, graph.Layers[l].Mvms * (double)graph.Layers[l].Groups * graph.Layers[l].ColumnsPerGroup * senders
                * PartialSumBits);
        }

        return [.. bits.Select(b => new LayerTraffic(b.Key.Item1, b.Key.Item2, b.Value))];

        void Add(int from, int to, double count) => bits[(from, to)] = bits.GetValueOrDefault((from, to)) + count;
    }

    /// <summary>The layer on whose cores each stage works; -1 before the first layer.</summary>
    public static int[] Owners(StageGraph graph)
    {
        int[] owners = new int[graph.Stages.Length];
        for (int s = 0; s < owners.Length; s++)
            owners[s] = graph.Stages[s].Layer >= 0 ? graph.Stages[s].Layer
                : graph.Stages[s].Inputs.Select(i => owners[i.Producer]).Where(o => o >= 0).DefaultIfEmpty(-1).First();
        return owners;
    }
}
