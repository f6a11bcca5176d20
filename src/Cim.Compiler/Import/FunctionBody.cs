using Cim.Onnx.Proto;

namespace Cim.Compiler.Import;

/// <summary>A node of a function's body with the attributes of one call in place of the function's own.</summary>
internal static class FunctionBody
{
    public static NodeProto WithAttributes(NodeProto inner, FunctionProto function, NodeProto call)
    {
        NodeProto copy = inner.Clone();
        Substitute(copy, function, call);
        return copy;
    }

    private static void Substitute(NodeProto node, FunctionProto function, NodeProto call)
    {
        for (int i = node.Attribute.Count - 1; i >= 0; i--)
        {
            AttributeProto attribute = node.Attribute[i];
            if (attribute.G is { } graph)
                foreach (NodeProto inner in graph.Node) Substitute(inner, function, call);
            if (attribute.RefAttrName.Length == 0) continue;
            AttributeProto? value = call.Attribute.FirstOrDefault(a => a.Name == attribute.RefAttrName)
                ?? function.AttributeProto.FirstOrDefault(a => a.Name == attribute.RefAttrName);
            node.Attribute.RemoveAt(i);
            if (value is null) continue; // left out by the caller and without default: the operator's own default
            AttributeProto copy = value.Clone();
            copy.Name = attribute.Name;
            node.Attribute.Add(copy);
        }
    }
}
