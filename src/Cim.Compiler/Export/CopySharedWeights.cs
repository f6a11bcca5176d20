using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Ir;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Export;

/// <summary>
/// Writes weights of a quantized network that several nodes read once for each of them. ONNX Runtime quantizes weights, and turns signed
/// into unsigned ones, node by node under one name for each constant, and refuses to load a model in which it does so twice.
/// </summary>
internal static class CopySharedWeights
{
    /// <summary>The graph in which every DequantizeLinear of constants, and every constant of a layer, has one reader.</summary>
    public static Graph Run(Graph graph)
    {
        Dictionary<string, Node> weights = graph.Nodes
            .Where(n => n.Op == "DequantizeLinear" && n.Inputs.All(i => i.Length == 0 || graph.Constants.ContainsKey(i)))
            .ToDictionary(n => n.Outputs[0], StringComparer.Ordinal);
        if (!graph.Nodes.Any(n => n.Op == "QuantizeLinear")) return graph;

        ImmutableDictionary<string, Tensor>.Builder constants = graph.Constants.ToBuilder();
        ImmutableDictionary<string, ValueInfo>.Builder values = graph.Values.ToBuilder();
        var names = new HashSet<string>(graph.Nodes.Select(n => n.Name), StringComparer.Ordinal);
        var read = new HashSet<string>(graph.Outputs, StringComparer.Ordinal);
        var nodes = ImmutableArray.CreateBuilder<Node>(graph.Nodes.Length);
        foreach (Node node in graph.Nodes)
        {
            Node reader = node;
            for (int i = 0; i < node.Inputs.Length; i++)
            {
                if (i > 0 && node.Op is ("Conv" or "Gemm" or "MatMul") && graph.Constants.ContainsKey(node.Inputs[i])
                    && !read.Add(node.Inputs[i]))
                    reader = reader with { Inputs = reader.Inputs.SetItem(i, Copy(node.Inputs[i])) };
                if (!weights.TryGetValue(node.Inputs[i], out Node? dequantize) || read.Add(node.Inputs[i])) continue;
                Node copy = dequantize with
                {
                    Name = Fresh(names.Contains, dequantize.Name),
                    Inputs = [.. dequantize.Inputs.Select(Copy)], Outputs = [Fresh(values.ContainsKey, dequantize.Outputs[0])],
                };
                names.Add(copy.Name);
                values[copy.Outputs[0]] = graph.Values[dequantize.Outputs[0]];
                nodes.Add(copy);
                reader = reader with { Inputs = reader.Inputs.SetItem(i, copy.Outputs[0]) };
            }

            nodes.Add(reader);
        }

        return graph with { Nodes = nodes.ToImmutable(), Constants = constants.ToImmutable(), Values = values.ToImmutable() };

        string Copy(string constant)
        {
            if (constant.Length == 0) return "";
            string name = Fresh(values.ContainsKey, constant);
            constants[name] = graph.Constants[constant];
            values[name] = graph.Values[constant];
            return name;
        }
    }

    private static string Fresh(Func<string, bool> isTaken, string wanted)
    {
        string name = wanted;
        for (int i = 2; isTaken(name); i++) name = string.Create(CultureInfo.InvariantCulture, $"{wanted}_use{i}");
        return name;
    }
}
