using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards layers of equal weights read one constant, and one bias if their biases are equal, too: they are then one layer on the
/// arrays (see <see cref="SharedWeights"/>). Exporters write tied weights out several times, and passes before this one copy them.
/// </summary>
internal sealed class ShareEqualWeights : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        var seen = new Dictionary<int, List<Node>>();
        foreach (Node node in graph.Nodes)
        {
            if (node.Op is not ("Conv" or "Gemm" or "MatMul") || graph.Constants.GetValueOrDefault(node.Inputs[1]) is not { } weights
                || IsUniform(weights))
                continue;
            int hash = Hash(weights);
            if (!seen.TryGetValue(hash, out List<Node>? nodes)) seen.Add(hash, nodes = []);
            Node? same = nodes.FirstOrDefault(n => Equal(graph, n.Inputs[1], node.Inputs[1]));
            if (same is null)
            {
                nodes.Add(node);
                continue;
            }

            ImmutableArray<string> inputs = node.Inputs.SetItem(1, same.Inputs[1]);
            if (inputs.Length > 2 && same.Inputs.Length > 2 && Equal(graph, inputs[2], same.Inputs[2]))
                inputs = inputs.SetItem(2, same.Inputs[2]);
            if (!inputs.SequenceEqual(node.Inputs)) editor.Replace(node, node with { Inputs = inputs });
        }

        return editor.Build();
    }

    private static bool Equal(Graph graph, string a, string b) => a == b
        || (graph.Constants.TryGetValue(a, out Tensor? x) && graph.Constants.TryGetValue(b, out Tensor? y)
            && x.Type == y.Type && x.Shape == y.Shape && x.Data.Span.SequenceEqual(y.Data.Span));

    /// <summary>True for weights that stand for none, as in a network of which only the cost is asked: they are equal by chance.</summary>
    private static bool IsUniform(Tensor tensor)
    {
        int size = tensor.Type.SizeOf();
        ReadOnlySpan<byte> data = tensor.Data.Span;
        return data.Length <= size || data[size..].SequenceEqual(data[..^size]);
    }

    private static int Hash(Tensor tensor)
    {
        var hash = new HashCode();
        foreach (int d in tensor.Shape.Dims) hash.Add(d);
        hash.AddBytes(tensor.Data.Span);
        return hash.ToHashCode();
    }
}
