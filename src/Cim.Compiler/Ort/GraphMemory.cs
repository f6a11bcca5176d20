using Cim.Compiler.Ir;

namespace Cim.Compiler.Ort;

/// <summary>How many samples of a network fit into memory.</summary>
internal static class GraphMemory
{
    /// <summary>Numbers that samples of a staged run may take at once (256 MiB), and those of one run in its largest value
    /// (16 MiB).</summary>
    private const long MaxLiveElements = 1L << 26, MaxRunElements = 1L << 22;

    private const int MostSamples = 256;

    /// <summary>Samples of a staged run whose values fit into memory.</summary>
    public static int Samples(Graph graph) => Samples(graph, MaxLiveElements, MostSamples);

    /// <summary>Samples of which a part of all memory is taken.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="part">That part of what <see cref="Samples(Graph)"/> allows.</param>
    /// <param name="most">At most so many.</param>
    public static int Samples(Graph graph, int part, int most) => Samples(graph, MaxLiveElements / part, most);

    /// <summary>Samples to run at once, at most those wanted.</summary>
    public static int Batch(Graph graph, int wanted) => (int)Math.Clamp(MaxRunElements / Largest(graph), 1, wanted);

    /// <summary>The same where several values are returned together.</summary>
    /// <param name="graph">The network.</param>
    /// <param name="values">The values.</param>
    /// <param name="wanted">At most so many samples.</param>
    public static int Batch(Graph graph, IEnumerable<string> values, int wanted)
    {
        long all = Math.Max(1, values.Sum(v => graph.Values[v].Shape.Bind(1).Elements));
        return (int)Math.Clamp(4 * MaxRunElements / all, 1, Batch(graph, wanted));
    }

    // A few values live at once: those of skip connections, and the one being computed.
    private static int Samples(Graph graph, long elements, int most) => (int)Math.Clamp(elements / (4 * Largest(graph)), 1, most);

    private static long Largest(Graph graph)
    {
        long largest = 1;
        foreach (ValueInfo info in graph.Values.Values)
            if (info.Shape.IsSymbolic) largest = Math.Max(largest, info.Shape.Bind(1).Elements);
        if (!graph.HasSymbolicBatch)
            foreach (string value in graph.Nodes.SelectMany(n => n.Outputs).Where(o => o.Length > 0))
                largest = Math.Max(largest, graph.Values[value].Shape.Elements);
        return largest;
    }
}
