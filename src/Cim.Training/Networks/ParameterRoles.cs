using Cim.Onnx.Proto;

namespace Cim.Training.Networks;

/// <summary>Decides which initializers are trained, by how the graph uses them.</summary>
internal static class ParameterRoles
{
    public static Dictionary<string, ParameterRole> Of(GraphProto graph)
    {
        Dictionary<string, TensorProto> initializers = graph.Initializer.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
        var roles = new Dictionary<string, ParameterRole>(StringComparer.Ordinal);
        foreach (NodeProto node in graph.Node)
        {
            for (int i = 0; i < node.Input.Count; i++)
            {
                if (initializers.TryGetValue(node.Input[i], out TensorProto? tensor) && Role(node, i, tensor) is { } role)
                    roles.TryAdd(tensor.Name, role);
            }
        }

        return roles;
    }

    private static ParameterRole? Role(NodeProto node, int index, TensorProto tensor) => (node.OpType, index) switch
    {
        ("Conv" or "ConvTranspose" or "Gemm", 1) => ParameterRole.Weight,
        ("Conv" or "ConvTranspose" or "Gemm", 2) => ParameterRole.Bias,
        ("MatMul", _) => ParameterRole.Weight,
        ("BatchNormalization" or "LayerNormalization", 1 or 2) => ParameterRole.Normalization,
        ("Add" or "Sub", _) when tensor.Dims.Count > 0 && tensor.Dims.Any(dim => dim > 1) => ParameterRole.Bias,
        ("Mul", _) when tensor.Dims.Count > 0 && tensor.Dims.Any(dim => dim > 1) => ParameterRole.Normalization,
        ("Gather", 0) => ParameterRole.Other,
        ("Concat", _) when tensor.Dims.Count > 1 => ParameterRole.Other,
        _ => null,
    };
}
