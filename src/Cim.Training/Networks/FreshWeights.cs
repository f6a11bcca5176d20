using Cim.Onnx.Proto;
using Cim.Training.Randomness;

namespace Cim.Training.Networks;

/// <summary>Random start values: He et al., arXiv 1502.01852, normal with variance 2 / inputs; biases zero, normalizations one.</summary>
internal static class FreshWeights
{
    /// <summary>Overwrites all parameters and running statistics.</summary>
    public static void Initialize(TrainableNetwork network, long seed)
    {
        ArgumentNullException.ThrowIfNull(network);
        for (int p = 0; p < network.Parameters.Count; p++)
        {
            Parameter parameter = network.Parameters[p];
            var random = new KeyedRandom(seed, p);
            NodeProto user = network.Graph.Node.First(node => node.Input.Contains(parameter.Name));
            int position = user.Input.IndexOf(parameter.Name);
            switch (parameter.Role)
            {
                case ParameterRole.Weight:
                    double deviation = Math.Sqrt(2.0 / MatrixLayout.Of(user, parameter).Inputs);
                    for (int i = 0; i < parameter.Values.Length; i++)
                        parameter.Values[i] = (float)(deviation * random.NextNormal());
                    break;
                case ParameterRole.Normalization:
                    Array.Fill(parameter.Values, position == 1 ? 1 : 0);
                    break;
                case ParameterRole.Bias:
                    Array.Clear(parameter.Values);
                    break;
                default:
                    for (int i = 0; i < parameter.Values.Length; i++)
                        parameter.Values[i] = (float)(0.02 * random.NextNormal());
                    break;
            }
        }

        foreach (NodeProto node in network.Graph.Node.Where(node => node.OpType == "BatchNormalization"))
        {
            Fill(network, node.Input[3], 0);
            Fill(network, node.Input[4], 1);
        }
    }

    private static void Fill(TrainableNetwork network, string name, float value)
    {
        if (network.Controls.FirstOrDefault(control => control.Name == name) is { } control)
            Array.Fill(control.Values, value);
    }
}
