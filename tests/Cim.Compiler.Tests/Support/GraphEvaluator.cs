using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Operators.Catalog;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Tests.Support;

/// <summary>Runs a graph node by node with the runtime's digital operators, everything in float as written.</summary>
internal static class GraphEvaluator
{
    public static Dictionary<string, Tensor> Run(Graph graph, IReadOnlyDictionary<string, Tensor> inputs)
    {
        var values = new Dictionary<string, Tensor>(graph.Constants, StringComparer.Ordinal);
        foreach (string input in graph.Inputs) values[input] = inputs[input];
        foreach (Node node in graph.Nodes)
        {
            Tensor?[] arguments = [.. node.Inputs.Select(i => i.Length == 0 ? null : values[i])];
            Tensor[] results = DigitalEvaluator.Evaluate(node.Op, node.Attributes, arguments, node.Name);
            for (int i = 0; i < node.Outputs.Length; i++)
                if (node.Outputs[i].Length > 0) values[node.Outputs[i]] = results[i];
        }

        return graph.Outputs.ToDictionary(o => o, o => values[o]);
    }
}
