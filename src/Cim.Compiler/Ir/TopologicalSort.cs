using Cim.Runtime;

namespace Cim.Compiler.Ir;

/// <summary>Orders nodes so that every value is computed before it is read; the order of the file is kept where it can be.</summary>
internal static class TopologicalSort
{
    /// <exception cref="CimException">CIM0004: a value is defined twice or never, or nodes form a cycle; all are named.</exception>
    public static List<Node> Sort(IReadOnlyList<Node> nodes, IEnumerable<string> defined)
    {
        var known = new HashSet<string>(defined, StringComparer.Ordinal);
        var producer = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < nodes.Count; i++)
            foreach (string output in nodes[i].Outputs)
                if (output.Length > 0 && (known.Contains(output) || !producer.TryAdd(output, i)))
                    throw Invalid($"node '{nodes[i].Name}' ({nodes[i].Op}) defines '{output}', which is already defined");

        var missing = new int[nodes.Count];
        var readers = new List<int>[nodes.Count];
        var ready = new PriorityQueue<int, int>();
        for (int i = 0; i < nodes.Count; i++)
        {
            foreach (string input in nodes[i].Inputs.Distinct())
            {
                if (!producer.TryGetValue(input, out int from)) continue;
                (readers[from] ??= []).Add(i);
                missing[i]++;
            }

            if (missing[i] == 0) ready.Enqueue(i, i);
        }

        var sorted = new List<Node>(nodes.Count);
        while (ready.TryDequeue(out int i, out _))
        {
            sorted.Add(nodes[i]);
            foreach (int reader in readers[i] ?? [])
                if (--missing[reader] == 0) ready.Enqueue(reader, reader);
        }

        if (sorted.Count < nodes.Count) throw Invalid("these nodes depend on each other in a cycle: " + Cycle(nodes, producer, missing));
        return sorted;
    }

    /// <summary>One cycle among the nodes that could not be ordered, found by walking back along unordered inputs.</summary>
    private static string Cycle(IReadOnlyList<Node> nodes, Dictionary<string, int> producer, int[] missing)
    {
        var path = new List<int>();
        int at = Array.FindIndex(missing, m => m > 0);
        while (!path.Contains(at))
        {
            path.Add(at);
            at = nodes[at].Inputs.Where(producer.ContainsKey).Select(i => producer[i]).First(p => missing[p] > 0);
        }

        // Forwards, closed, and beginning with the node that comes first in the file.
        List<int> cycle = [.. path.Skip(path.IndexOf(at)).Reverse()];
        int first = cycle.IndexOf(cycle.Min());
        IEnumerable<string> names = cycle.Skip(first).Concat(cycle.Take(first + 1)).Select(i => $"'{nodes[i].Name}'");
        return string.Join(" -> ", names.Take(20)) + (cycle.Count > 20 ? " -> ..." : "");
    }

    private static CimException Invalid(string problem) =>
        new(ErrorCodes.InvalidGraph, $"The graph is inconsistent: {problem}. Export the model again.");
}
