using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Operators;
using Cim.Runtime.Operators.Catalog;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import.Passes;

/// <summary>
/// Afterwards no node computes something that does not depend on the inputs, except DequantizeLinear of integer constants:
/// those carry the model's own quantization.
/// </summary>
internal sealed class FoldConstants(long maxFoldedBytes) : IGraphPass
{
    public Graph Run(Graph graph)
    {
        var editor = new GraphEditor(graph);
        IReadOnlyDictionary<string, Tensor> known = ShapeInference.KnownValues(graph);
        long folded = 0;
        var repeated = new RepeatedValues();
        var quantized = new HashSet<string>(StringComparer.Ordinal);
        foreach (Node node in graph.Nodes)
        {
            // What follows from quantized constants stays too, or their integers would be lost on the way.
            if ((node.Op == "DequantizeLinear" && editor.Constant(node.Inputs[0]) is { Type: not ElementType.Float32 })
                || (node.Op is not ("Shape" or "Size") && node.Inputs.Any(quantized.Contains)))
            {
                quantized.UnionWith(node.Outputs);
                continue;
            }

            Tensor[]? results = Known(node, known) ?? Evaluate(node, editor, repeated, ref folded);
            if (results is null) continue;
            editor.Remove(node);
            for (int i = 0; i < node.Outputs.Length; i++)
                if (node.Outputs[i].Length > 0) editor.SetConstant(node.Outputs[i], results[i]);
        }

        return editor.Build();
    }

    private static Tensor[]? Known(Node node, IReadOnlyDictionary<string, Tensor> known)
    {
        var results = new Tensor[node.Outputs.Length];
        for (int i = 0; i < results.Length; i++)
            if (node.Outputs[i].Length > 0)
                if (known.TryGetValue(node.Outputs[i], out Tensor? value)) results[i] = value;
                else return null;
        return results;
    }

    private Tensor[]? Evaluate(Node node, GraphEditor editor, RepeatedValues repeated, ref long folded)
    {
        var inputs = new Tensor?[node.Inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            if (node.Inputs[i].Length == 0) continue;
            inputs[i] = editor.Constant(node.Inputs[i]);
            if (inputs[i] is null) return null;
        }

        // Before anything is allocated: sizes come from the file and may be absurd.
        Kernel kernel = OperatorCatalog.Create(node.Op, node.Attributes, node.Name)
            .Bind([.. inputs.Select(i => i is null ? null : TensorInfo.Of(i))]);
        if (node.Op == "ConstantOfShape" && repeated.Find(node, kernel.Outputs[0]) is { } known) return [known];
        foreach (TensorInfo output in kernel.Outputs) folded += output.Bytes;
        if (folded > maxFoldedBytes)
            throw new CimException(ErrorCodes.InvalidGraph,
                $"Node '{node.Name}' ({node.Op}): the constants computed from other constants exceed {maxFoldedBytes >> 20} MiB. Check "
                    + $"the shapes it computes.");
        Tensor[] results = DigitalEvaluator.Evaluate(kernel, [.. inputs.Select(i => i?.Data ?? default)]);
        if (node.Op == "ConstantOfShape") repeated.Add(node, results[0]);
        return results;
    }
}
