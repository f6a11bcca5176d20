using Cim.Onnx.Proto;

namespace Cim.Onnx;

/// <summary>
/// Which outputs may go without a name when nothing reads them. Kernels ask for the others without a check: ONNX Runtime ends the process
/// at one that is not there.
/// </summary>
public static class OptionalOutputs
{
    /// <summary>True if the operator's specification calls the output optional.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="index">Which of its outputs.</param>
    public static bool MayBeUnnamed(string op, int index) => op switch
    {
        "LSTM" or "GRU" or "RNN" => true,
        "Attention" or "BatchNormalization" or "Dropout" or "LayerNormalization" or "MaxPool" or "SimplifiedLayerNormalization"
            or "SkipLayerNormalization" or "SkipSimplifiedLayerNormalization" or "SoftmaxCrossEntropyLoss" or "Unique" => index > 0,
        _ => false,
    };

    /// <summary>The outputs that need a name and have none, also in the bodies of control flow; one sentence each.</summary>
    public static IEnumerable<string> Missing(IEnumerable<NodeProto> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        return Problems(nodes);
    }

    private static IEnumerable<string> Problems(IEnumerable<NodeProto> nodes)
    {
        foreach (NodeProto node in nodes)
        {
            for (int i = 0; i < node.Output.Count; i++)
                if (node.Output[i].Length == 0 && !MayBeUnnamed(node.OpType, i))
                    yield return $"node '{node.Name}' ({node.OpType}): output {i} has no name, "
                        + $"and outputs of {node.OpType} are not optional";
            if (node.Output.Count == 0) yield return $"node '{node.Name}' ({node.OpType}) has no output";
            foreach (string problem in node.Attribute.Where(a => a.G is not null).SelectMany(a => Problems(a.G.Node))) yield return problem;
        }
    }
}
