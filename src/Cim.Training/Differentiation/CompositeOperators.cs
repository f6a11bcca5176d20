using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Networks;

namespace Cim.Training.Differentiation;

/// <summary>Replaces composite operators by ONNX nodes.</summary>
internal static class CompositeOperators
{
    /// <summary>The name of an intermediate value that forward pass and gradient of one composite node share.</summary>
    public static string Saved(NodeProto node, string what) => $"{node.Output[0]}/{what}";

    /// <summary>The forward graph as plain ONNX: <paramref name="graph"/> with every composite node lowered.</summary>
    public static GraphProto Lower(GraphProto graph, TensorProto.Types.DataType floatType, GradientRules rules)
    {
        var lowered = new GraphProto { Name = graph.Name };
        lowered.Input.Add(graph.Input);
        lowered.Output.Add(graph.Output);
        lowered.Initializer.Add(graph.Initializer);
        var builder = new GraphBuilder(lowered, floatType);
        foreach (NodeProto node in graph.Node)
        {
            _ = builder.Unique(node.Name);
            foreach (string output in node.Output)
                _ = builder.Unique(output);
        }

        foreach (NodeProto node in graph.Node)
        {
            if (node.Domain != TrainingDomain.Name)
            {
                lowered.Node.Add(node);
                continue;
            }

            rules.Composite(node.OpType).Lower(node, builder);
        }

        return lowered;
    }

    /// <summary>Appends a node that writes a given name instead of a fresh one.</summary>
    public static string Named(
        this GraphBuilder builder, string output, string operatorType, string[] inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        NodeProto node = builder.Node(operatorType, inputs);
        node.Output[0] = output;
        foreach (AttributeProto attribute in attributes)
            node.Attribute.Add(attribute);
        return output;
    }
}
