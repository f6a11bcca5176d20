using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime.Crossbar;

namespace Cim.Compiler.Lowering;

/// <summary>
/// Afterwards operators that only move values work on integers (op(DQ(q)) became DQ(op(q))), and a QuantizeLinear of a
/// value just dequantized with the same parameters is gone. Both are exact.
/// </summary>
internal sealed class FlowIntegers : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var copy = new GraphCopy(graph);
        var made = new Dictionary<string, Node>(StringComparer.Ordinal); // value -> the node that makes it in the result
        var renamed = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Node source in graph.Nodes)
        {
            Node node = source with { Inputs = [.. source.Inputs.Select(i => renamed.GetValueOrDefault(i, i))] };
            if (node.Op == "QuantizeLinear" && Dequantized(node.Inputs[0]) is { } inner
                && !graph.Outputs.Contains(node.Outputs[0]) && QuantizerNodes.Read(graph, source) == inner.Parameters)
            {
                renamed[node.Outputs[0]] = inner.Node.Inputs[0];
                continue;
            }

            Node[] added = Sink(node) ?? [node];
            foreach (Node n in added)
            {
                copy.Nodes.Add(n);
                foreach (string output in n.Outputs) made[output] = n;
            }
        }

        return copy.ToGraph();

        (Node Node, QuantizationParameters Parameters)? Dequantized(string value) =>
            made.TryGetValue(value, out Node? node) && node.Op == "DequantizeLinear" && Parameters(copy, graph, node) is { } p
                ? (node, p)
                : null;

        Node[]? Sink(Node node)
        {
            if (MovementOperators.DataInputs(graph, node) is not { } inputs) return null;
            if (inputs.Any(i => Dequantized(i) is null)) return null;
            (Node dequantize, QuantizationParameters parameters) = Dequantized(inputs[0])!.Value;
            if (inputs.Any(i => Dequantized(i)!.Value.Parameters != parameters)) return null;
            if (MovementOperators.AddsZeros(node) && parameters.ZeroPoint != 0) return null;

            ImmutableArray<string> integers = [.. node.Inputs.Select((v, i) =>
                inputs.Contains(v) ? Dequantized(v)!.Value.Node.Inputs[0] : node.Op == "Pad" && i == 2 ? "" : v)];
            var result = new List<Node>();
            var outputs = ImmutableArray.CreateBuilder<string>();
            foreach (string output in node.Outputs)
            {
                if (output.Length == 0)
                {
                    outputs.Add("");
                    continue;
                }

                string moved = copy.Value(output + "_integers", copy.Info(output) with { Type = parameters.StorageType });
                outputs.Add(moved);
                result.Add(dequantize with { Name = copy.NodeName(output + "_DequantizeLinear"),
                    Inputs = dequantize.Inputs.SetItem(0, moved), Outputs = [output] });
            }

            return [node with { Inputs = integers, Outputs = outputs.ToImmutable() }, .. result];
        }
    }

    /// <summary>As <see cref="QuantizerNodes.Read"/>, also for integer values that exist only in the result.</summary>
    private static QuantizationParameters? Parameters(GraphCopy copy, Graph graph, Node node)
    {
        if (graph.Values.ContainsKey(node.Inputs[0])) return QuantizerNodes.Read(graph, node);
        Graph view = graph with { Values = graph.Values.SetItem(node.Inputs[0], copy.Info(node.Inputs[0])) };
        return QuantizerNodes.Read(view, node);
    }
}
