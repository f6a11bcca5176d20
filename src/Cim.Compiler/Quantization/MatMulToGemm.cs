using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Program;

namespace Cim.Compiler.Quantization;

/// <summary>
/// Afterwards a MatMul of a rank-2 value with constant weights, and the Add of a constant that follows it, are one Gemm,
/// so that its bias can be quantized with the layer.
/// </summary>
internal sealed class MatMulToGemm : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var topology = new GraphTopology(graph);
        var edit = new GraphEdit(graph);
        var absorbed = new HashSet<string>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            if (absorbed.Contains(node.Name)) continue;
            if (node.Op != "MatMul" || !IsLayer(graph, node))
            {
                edit.Nodes.Add(node);
                continue;
            }

            int columns = graph.Values[node.Inputs[1]].Shape[1];
            Node? add = topology.OnlyConsumer(node.Outputs[0]);
            string? bias = add?.Op == "Add" ? add.Inputs.FirstOrDefault(i => IsBias(graph, i, columns)) : null;
            if (bias is null)
            {
                edit.Nodes.Add(node with { Op = "Gemm" });
                continue;
            }

            Tensor constant = graph.Constants[bias];
            string flat = edit.Constant(bias + "_row", new Tensor(constant.Type, new Shape(columns), constant.Data));
            edit.Nodes.Add(new Node("Gemm", node.Name, [node.Inputs[0], node.Inputs[1], flat], add!.Outputs, AttributeMap.Empty));
            absorbed.Add(add.Name);
        }

        return edit.ToGraph();
    }

    private static bool IsLayer(Graph graph, Node node) =>
        graph.Values[node.Inputs[0]].Shape.Rank == 2
        && graph.Constants.TryGetValue(node.Inputs[1], out Tensor? weights) && weights is { Type: ElementType.Float32, Shape.Rank: 2 };

    private static bool IsBias(Graph graph, string value, int columns) =>
        graph.Constants.TryGetValue(value, out Tensor? t) && t.Type == ElementType.Float32 && t.Length == columns
        && t.Shape.Rank is 1 or 2 && t.Shape[t.Shape.Rank - 1] == columns;
}
