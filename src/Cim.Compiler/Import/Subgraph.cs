using Cim.Compiler.Ir;
using Cim.Onnx.Proto;
using Cim.Runtime.Program;

namespace Cim.Compiler.Import;

/// <summary>A graph inside a node (the branches of If, the body of Loop), converted when the node is rewritten.</summary>
/// <param name="Graph">As it stands in the file.</param>
/// <param name="Converter">Converts its nodes.</param>
internal sealed record Subgraph(GraphProto Graph, NodeConverter Converter) : AttributeValue
{
    /// <summary>What the graphs inside a node read, from outside and inside.</summary>
    public static IEnumerable<string> Captured(Node node) =>
        node.Attributes.Values.Values.OfType<Subgraph>().SelectMany(s => Reads(s.Graph));

    /// <summary>What the graphs inside a node read, from outside and inside.</summary>
    public static IEnumerable<string> Reads(NodeProto node) => node.Attribute.Where(a => a.G is not null).SelectMany(a => Reads(a.G));

    private static IEnumerable<string> Reads(GraphProto graph) =>
        graph.Node.SelectMany(n => n.Input.Concat(Reads(n))).Concat(graph.Output.Select(o => o.Name));
}
