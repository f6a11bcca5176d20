using System.Collections.Immutable;
using Cim.Compiler.Import.Upgrades;
using Cim.Compiler.Ir;
using Cim.Onnx.Proto;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Rewrites.Control;

/// <summary>Writes the nodes of a graph inside a node in the place of that node.</summary>
internal static class SubgraphWriter
{
    /// <param name="context">The node that is rewritten.</param>
    /// <param name="subgraph">The graph inside it.</param>
    /// <param name="inputs">The values its inputs stand for.</param>
    /// <param name="label">Part of the names of what is written.</param>
    /// <returns>The values of its outputs.</returns>
    /// <exception cref="CimException">CIM0003, with every operator in it that is not supported.</exception>
    public static ImmutableArray<string> Inline(RewriteContext context, Subgraph subgraph, ReadOnlySpan<string> inputs, string label)
    {
        RewriteOperators writer = context.Writer;
        GraphProto graph = subgraph.Graph;
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int i = 0; i < Math.Min(graph.Input.Count, inputs.Length); i++) names[graph.Input[i].Name] = inputs[i];
        foreach (TensorProto tensor in graph.Initializer)
            names[tensor.Name] = writer.AddConstant(
                $"{label}_{tensor.Name}", TensorConverter.Convert(tensor, subgraph.Converter.External));

        var constants = new Dictionary<string, Tensor>(writer.Constants, StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        var upgrade = new UpgradeContext(context.Opset, constants, used, ImmutableDictionary<string, int>.Empty, writer.Values);
        int unsupported = subgraph.Converter.Unsupported.Count;
        var copies = new List<(NodeProto Proto, string Name)>();
        foreach (NodeProto inner in graph.Node)
        {
            NodeProto copy = inner.Clone();
            GraphNames.Rename(copy, names, wanted => writer.FreshValue($"{label}_{wanted}"));
            upgrade.MarkUsed(copy.Input.Concat(Subgraph.Reads(copy)));
            copies.Add((copy, writer.FreshNode($"{label}_{(inner.Name.Length > 0 ? inner.Name : inner.OpType)}")));
        }

        ImmutableArray<string> outputs = [.. graph.Output.Select(o => names.GetValueOrDefault(o.Name, o.Name))];
        upgrade.MarkUsed(outputs);
        List<Node> nodes = [.. copies.SelectMany(c => subgraph.Converter.Convert(c.Proto, c.Name, upgrade))];
        Supported.Require([.. subgraph.Converter.Unsupported.Skip(unsupported)]);
        foreach ((string name, Tensor value) in constants)
            if (!writer.Constants.ContainsKey(name)) writer.Define(name, value);
        foreach (Node node in nodes) writer.Write(node);
        return outputs;
    }
}
