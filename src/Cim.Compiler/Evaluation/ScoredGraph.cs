using System.Collections.Immutable;
using Cim.Compiler.Data;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Runtime;

namespace Cim.Compiler.Evaluation;

/// <summary>A network seen through the output it is scored by, which searches compare with the float network's.</summary>
internal static class ScoredGraph
{
    /// <summary>Whether the labels of a file are classes a network names; those of a regression (one real output, other numbers), and of a
    /// network whose results are not of samples, are not.</summary>
    /// <exception cref="CimException">CIM0007: the network has classes, and a label is none of them.</exception>
    public static bool AreClasses(Graph graph, GraphInput input, DataSet data)
    {
        if (!data.HasLabels) return true;
        ImmutableArray<OutputFacts> outputs = NetworkOutputs.Of(graph, input.FixedBatch);
        if (!outputs.Any(o => o.IsBySample)) return false;
        if (outputs is [{ Rule: ClassRule.Logit }] && data.Labels.Any(l => l is not (0 or 1))) return false;
        _ = ScoredOutput.For(outputs, data);
        return true;
    }

    /// <summary>
    /// The same network with the output that is scored as its first one. Where that is the index of the largest score, it is the scores:
    /// two numbers of classes are no nearer to each other than others.
    /// </summary>
    /// <param name="graph">The network.</param>
    /// <param name="input">Its input.</param>
    /// <param name="labels">The file whose labels choose; null or without labels = the first output.</param>
    public static Graph Of(Graph graph, GraphInput input, DataSet? labels)
    {
        ImmutableArray<OutputFacts> outputs = NetworkOutputs.Of(graph, input.FixedBatch);
        if (outputs.IsEmpty) return graph;
        bool isRegression = outputs is [{ Rule: ClassRule.Logit }];
        bool hasClasses = !isRegression && outputs.Any(o => o.IsBySample);
        string scored = graph.Outputs[labels is { HasLabels: true } && hasClasses ? ScoredOutput.For(outputs, labels).Index : 0];
        if (graph.Nodes.FirstOrDefault(n => n.Outputs.Contains(scored)) is { Op: "ArgMax" } largest
            && graph.Values[largest.Inputs[0]].Type == ElementType.Float32)
            scored = largest.Inputs[0];
        return scored == graph.Outputs[0] ? graph : graph with { Outputs = [scored, .. graph.Outputs.Where(o => o != scored)] };
    }
}
