using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Runtime;

namespace Cim.Training.Networks;

/// <summary>
/// Rewrites operators of opsets 7 to 22 into the forms of opset 17, in which the gradient is written: attributes that became
/// inputs, defaults that changed, and operators newer than 17.
/// </summary>
internal static class OpsetNormalization
{
    private const long Oldest = 7;

    public static void Apply(GraphProto graph, long opset)
    {
        if (opset < Oldest)
            throw new CimException(
                ErrorCodes.UnsupportedOperators, $"The model uses opset {opset}; export it with opset {Oldest} or later");
        var builder = new GraphBuilder(graph);
        foreach (NodeProto node in graph.Node.ToArray())
        {
            if (node.Domain.Length > 0 && node.Domain != "ai.onnx")
                continue;
            Upgrade(node, builder, opset);
            if (opset > GraphBuilder.DefaultOpset)
                Downgrade(node, graph);
        }
    }

    private static void Upgrade(NodeProto node, GraphBuilder builder, long opset)
    {
        switch (node.OpType)
        {
            case "Squeeze" or "Unsqueeze" or "ReduceSum" when opset < 13:
                ToInput(node, builder, "axes", 1);
                break;
            case "Split" when opset < 13:
                ToInput(node, builder, "split", 1);
                break;
            case "Softmax" or "LogSoftmax" when opset < 13 && Attributes.Find(node, "axis") is null:
                node.Attribute.Add(Attributes.Int("axis", 1));
                break;
            case "Clip" when opset < 11:
                LimitsToInputs(node, builder);
                break;
            case "Pad" when opset < 11:
                ToInput(node, builder, "pads", 1);
                if (Attributes.Find(node, "value") is { } value)
                {
                    node.Input.Add(builder.Scalar(value.F));
                    node.Attribute.Remove(value);
                }

                break;
            case "Slice" when opset < 10:
                ToInput(node, builder, "starts", 1);
                ToInput(node, builder, "ends", 2);
                ToInput(node, builder, "axes", 3);
                break;
            case "BatchNormalization":
                if (Attributes.Find(node, "spatial") is { } spatial)
                    node.Attribute.Remove(spatial);
                if (Attributes.Find(node, "training_mode") is { } mode)
                    node.Attribute.Remove(mode);
                while (node.Output.Count > 1)
                    node.Output.RemoveAt(1);
                break;
        }
    }

    private static void Downgrade(NodeProto node, GraphProto graph)
    {
        switch (node.OpType)
        {
            case "ReduceMean" or "ReduceMax" or "ReduceMin" or "ReduceProd" when node.Input.Count > 1:
                TensorProto axes = graph.Initializer.FirstOrDefault(tensor => tensor.Name == node.Input[1])
                    ?? throw new CimException(
                        ErrorCodes.UnsupportedOperators, $"{node.OpType} '{GraphName(node)}' has computed axes; they must be constant");
                node.Attribute.Add(Attributes.Ints("axes", Tensors.ToInt64(axes)));
                node.Input.RemoveAt(1);
                break;
            case "Split" when Attributes.Find(node, "num_outputs") is { } count:
                node.Attribute.Remove(count);
                break;
            case "Gelu" or "Mish":
                node.Domain = TrainingDomain.Name;
                break;
            case "Reshape" when Attributes.Find(node, "allowzero") is { I: 0 } zero:
                node.Attribute.Remove(zero);
                break;
        }
    }

    private static void ToInput(NodeProto node, GraphBuilder builder, string attributeName, int index)
    {
        if (Attributes.Find(node, attributeName) is not { } attribute)
            return;
        while (node.Input.Count <= index)
            node.Input.Add("");
        node.Input[index] = builder.Ints([.. attribute.Ints]);
        node.Attribute.Remove(attribute);
    }

    private static void LimitsToInputs(NodeProto node, GraphBuilder builder)
    {
        float low = Attributes.GetFloat(node, "min", float.MinValue);
        float high = Attributes.GetFloat(node, "max", float.MaxValue);
        node.Attribute.Clear();
        node.Input.Add(builder.Scalar(low));
        node.Input.Add(builder.Scalar(high));
    }

    private static string GraphName(NodeProto node) => node.Name.Length > 0 ? node.Name : node.Output[0];
}
