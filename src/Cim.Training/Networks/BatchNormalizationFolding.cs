using Cim.Onnx.Building;
using Cim.Onnx.Proto;

namespace Cim.Training.Networks;

/// <summary>
/// Folds BatchNormalization behind Conv or Gemm into their weights and bias: w' = w g / sqrt(v + e), b' = (b - m) g / sqrt(v + e) + beta.
/// Afterwards quantization sees the weights the hardware will hold.
/// </summary>
internal static class BatchNormalizationFolding
{
    /// <summary>A network without the normalizations that could be folded.</summary>
    public static TrainableNetwork Apply(TrainableNetwork network)
    {
        GraphProto graph = network.Graph.Clone();
        Dictionary<string, Parameter> parameters = network.Parameters.ToDictionary(
            parameter => parameter.Name, Copy, StringComparer.Ordinal);
        Dictionary<string, Control> controls = network.Controls.ToDictionary(control => control.Name, StringComparer.Ordinal);
        foreach (NodeProto node in graph.Node.Where(node => node.OpType == "BatchNormalization").ToArray())
        {
            NodeProto? linear = graph.Node.FirstOrDefault(other => other.Output.Contains(node.Input[0]));
            bool single = graph.Node.Sum(other => other.Input.Count(input => input == node.Input[0])) == 1;
            if (linear is null || !single || linear.OpType is not ("Conv" or "Gemm")
                || !parameters.TryGetValue(linear.Input[1], out Parameter? weights))
                continue;
            float[] scale = parameters[node.Input[1]].Values;
            float[] shift = parameters[node.Input[2]].Values;
            float[] mean = controls[node.Input[3]].Values;
            float[] variance = controls[node.Input[4]].Values;
            float epsilon = Attributes.GetFloat(node, "epsilon", 1e-5f);
            Parameter bias = Bias(linear, weights, parameters, scale.Length);
            for (int o = 0; o < scale.Length; o++)
            {
                float factor = scale[o] / MathF.Sqrt(variance[o] + epsilon);
                MatrixLayout.Of(linear, weights).ScaleOutput(weights.Values, o, factor);
                bias.Values[o] = ((bias.Values[o] - mean[o]) * factor) + shift[o];
            }

            linear.Output[0] = node.Output[0];
            graph.Node.Remove(node);
            foreach (string name in node.Input.Skip(1))
            {
                parameters.Remove(name);
                controls.Remove(name);
            }
        }

        return new TrainableNetwork(graph, parameters.Values, controls.Values);
    }

    private static Parameter Bias(NodeProto linear, Parameter weights, Dictionary<string, Parameter> parameters, int outputs)
    {
        if (linear.Input.Count > 2 && parameters.TryGetValue(linear.Input[2], out Parameter? existing))
            return existing;
        var bias = new Parameter(weights.Name + "/bias", [outputs], new float[outputs], ParameterRole.Bias);
        parameters[bias.Name] = bias;
        while (linear.Input.Count < 3)
            linear.Input.Add("");
        linear.Input[2] = bias.Name;
        return bias;
    }

    private static Parameter Copy(Parameter parameter) =>
        new(parameter.Name, parameter.Dims, [.. parameter.Values], parameter.Role) { Minimum = parameter.Minimum, Mask = parameter.Mask };
}
