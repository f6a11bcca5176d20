using System.Collections.Immutable;
using Cim.Compiler.Import.Passes;
using Cim.Compiler.Import.Rewrites;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Import;

/// <summary>From a converted ONNX file to the graph all later stages see: shapes, then <see cref="ImportPasses"/>.</summary>
internal static class ImportPipeline
{
    /// <summary>Infers shapes, runs all passes, verifies after each.</summary>
    public static Graph Run(ConvertedModel model, ImportOptions options, CancellationToken cancellationToken)
    {
        RejectBadWeights.RequireFloatWeights(model);
        Graph graph = InferShapes(model, options);
        return GraphPipeline.Run(graph, ImportPasses.For(options), options.DumpDirectory, cancellationToken);
    }

    /// <summary>
    /// The first graph with shapes. A model whose batch is declared free but whose reshapes were written for one image is
    /// read for one image; <see cref="GeneraliseBatch"/> frees it again where that is right.
    /// </summary>
    private static Graph InferShapes(ConvertedModel model, ImportOptions options)
    {
        Graph graph = new()
        {
            Name = model.Name,
            Inputs = [.. model.Inputs.Select(i => i.Name)],
            Outputs = model.Outputs,
            Nodes = model.Nodes,
            Constants = model.Constants,
            Values = model.Inputs.ToImmutableDictionary(i => i.Name, i => i.Info, StringComparer.Ordinal),
        };
        try
        {
            return ShapeInference.Infer(RewriteOperators.Run(graph, model.Opset));
        }
        catch (CimException e) when (e.Code == ErrorCodes.InvalidGraph && graph.HasSymbolicBatch && options.GeneraliseBatch)
        {
            Graph single = graph with
            {
                Values = graph.Values.ToImmutableDictionary(
                    v => v.Key, v => v.Value with { Shape = v.Value.Shape.Bind(1) }, StringComparer.Ordinal),
            };
            try
            {
                return ShapeInference.Infer(RewriteOperators.Run(single, model.Opset));
            }
            catch (CimException)
            {
                throw e; // the first message is about the model as it was written
            }
        }
    }
}
