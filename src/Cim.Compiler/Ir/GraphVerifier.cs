using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Ir;

/// <summary>Checks the invariants of <see cref="Graph"/> and reports every broken one with its node.</summary>
internal static class GraphVerifier
{
    /// <exception cref="CimException">Some invariant is broken; the message lists all of them.</exception>
    public static void Verify(Graph graph, string after)
    {
        var problems = new List<string>();
        var defined = new HashSet<string>(graph.Inputs, StringComparer.Ordinal);
        defined.UnionWith(graph.Constants.Keys);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            if (!names.Add(node.Name)) problems.Add($"node '{node.Name}': the name is used twice");
            foreach (string input in node.Inputs)
                if (input.Length > 0 && !defined.Contains(input))
                    problems.Add($"node '{node.Name}' ({node.Op}): input '{input}' is not defined before it");
            foreach (string output in node.Outputs)
            {
                if (output.Length == 0) continue;
                if (!defined.Add(output)) problems.Add($"node '{node.Name}' ({node.Op}): output '{output}' is defined twice");
                if (!graph.Values.ContainsKey(output)) problems.Add($"node '{node.Name}' ({node.Op}): output '{output}' has no shape");
            }
        }

        foreach (string output in graph.Outputs)
            if (!defined.Contains(output)) problems.Add($"graph output '{output}' is not defined");
        foreach ((string name, Tensor tensor) in graph.Constants)
            if (!graph.Values.TryGetValue(name, out ValueInfo? info) || info.Type != tensor.Type || info.Shape != tensor.Shape)
                problems.Add($"constant '{name}': its declared type and shape are not those of its data");

        if (problems.Count == 0) CheckShapes(graph, problems);
        if (problems.Count > 0)
            throw new CimException(ErrorCodes.InvalidGraph, $"The graph is inconsistent after {after}: {string.Join("; ", problems)}.");
    }

    /// <summary>Types and shapes must be those the operators themselves infer from the inputs.</summary>
    private static void CheckShapes(Graph graph, List<string> problems)
    {
        try
        {
            Graph inferred = ShapeInference.Infer(graph);
            foreach ((string name, ValueInfo info) in inferred.Values)
                if (graph.Values.TryGetValue(name, out ValueInfo? declared) && declared != info)
                    problems.Add($"value '{name}' is declared {declared.Type}{declared.Shape}, its node computes {info.Type}{info.Shape}");
        }
        catch (CimException e)
        {
            problems.Add(e.Message);
        }
    }
}
