using Cim.Onnx.Building;
using Cim.Onnx.Proto;
using Cim.Training.Networks;

namespace Cim.Training.Quantization;

/// <summary>Finds values that cannot be negative: results of Relu and the like, moved or averaged but not mixed with others.</summary>
internal static class SignAnalysis
{
    private static readonly HashSet<string> _keeping = new(StringComparer.Ordinal)
    {
        "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "Flatten", "Reshape", "Transpose", "Squeeze", "Unsqueeze",
        "Slice", "Pad", "Identity", "Dropout", "ReduceMean", "ReduceSum", "Concat", "Add", "Gather", "Split",
    };

    public static HashSet<string> NonNegative(TrainableNetwork network)
    {
        GraphProto graph = network.Graph;
        Dictionary<string, TensorProto> constants = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (NodeProto node in graph.Node)
        {
            bool positive = node.OpType switch
            {
                "Relu" or "Sigmoid" or "HardSigmoid" or "Softmax" or "Exp" or "Abs" or "Sqrt" => true,
                "Clip" =>
                    node.Input.Count > 1 && constants.TryGetValue(node.Input[1], out TensorProto? low) && Tensors.ToFloats(low)[0] >= 0,
                "Add" or "Concat" => node.Input.All(known.Contains),
                _ => _keeping.Contains(node.OpType) && known.Contains(node.Input[0]),
            };
            if (positive)
                known.UnionWith(node.Output);
        }

        return known;
    }
}
