using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Quantization;

/// <summary>
/// Afterwards a quantized network computes on real numbers again: constants are what their integers stand for, activations
/// are not rounded. Training starts from here where it is to start from rounded weights.
/// </summary>
internal sealed class RemoveQuantizers : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        foreach (Node original in graph.Nodes)
        {
            if (original.Op != "DequantizeLinear" || editor.Find(original.Name) is not { } node) continue;
            string value = node.Outputs[0];
            if (editor.Constant(node.Inputs[0]) is not null)
            {
                Tensor real = ConstantWeights.ReadFloat(graph, new Weight(node.Inputs[0], node));
                editor.Remove(node);
                editor.SetConstant(value, real);
            }
            else if (editor.Producer(node.Inputs[0]) is { Op: "QuantizeLinear" } quantize && editor.CanRedirect(value, quantize.Inputs[0]))
            {
                editor.Remove(node);
                editor.Redirect(value, quantize.Inputs[0]);
            }
        }

        return editor.Build();
    }
}
