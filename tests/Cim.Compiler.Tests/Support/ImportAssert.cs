using Cim.Compiler.Export;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Runtime;
using Cim.Runtime.Tensors;
using Google.Protobuf;
using Xunit;

namespace Cim.Compiler.Tests.Support;

/// <summary>The central property of the importer: what it makes of a model computes what ONNX Runtime computes.</summary>
internal static class ImportAssert
{
    /// <summary>
    /// Imports the model, runs it with the digital operators and compares with ONNX Runtime on the original, and once
    /// more on the exported graph. Returns the graph for further assertions.
    /// </summary>
    public static Graph SameAsOnnxRuntime(
        ModelBuilder model, ImportOptions? options = null, double relative = 2e-5, int batch = 3, float low = -1, float high = 1)
    {
        byte[] bytes = model.Bytes;
        Graph graph = OnnxImporter.Import(bytes, null, options);
        bool generalised = graph.HasSymbolicBatch && !model.Model.Graph.Input.Any(i => i.Type.TensorType.Shape.Dim.Any(d => d.HasDimParam));
        int images = generalised ? (int)model.Model.Graph.Input[0].Type.TensorType.Shape.Dim[0].DimValue : batch;
        Dictionary<string, Tensor> inputs = graph.Inputs.ToDictionary(
            i => i, i => TensorAssert.Random(graph.Values[i].Shape.Bind(images), 7, low, high));
        Dictionary<string, Tensor> expected = OnnxRuntimeReference.Run(bytes, inputs);
        Dictionary<string, Tensor> actual = GraphEvaluator.Run(graph, inputs);
        foreach (string output in graph.Outputs) Compare(expected[output], actual[output], relative, output);

        Dictionary<string, Tensor> exported = OnnxRuntimeReference.Run(OnnxExporter.Export(graph).ToByteArray(), inputs);
        foreach (string output in graph.Outputs) Compare(expected[output], exported[output], relative, output + " (exported)");
        return graph;
    }

    /// <summary>An old model, which ONNX Runtime does not run, computes what ONNX Runtime computes for one of today, and so does what is
    /// exported of it.</summary>
    public static void SameAs(ModelBuilder old, ModelBuilder today)
    {
        Graph graph = OnnxImporter.Import(old.Bytes, null);
        Dictionary<string, Tensor> inputs = graph.Inputs.ToDictionary(i => i, i => TensorAssert.Random(graph.Values[i].Shape.Bind(3), 7));
        Dictionary<string, Tensor> expected = OnnxRuntimeReference.Run(today.Bytes, inputs);
        Dictionary<string, Tensor> actual = GraphEvaluator.Run(graph, inputs);
        foreach (string output in graph.Outputs) Compare(expected[output], actual[output], 2e-5, output);

        Dictionary<string, Tensor> exported = OnnxRuntimeReference.Run(OnnxExporter.Export(graph).ToByteArray(), inputs);
        foreach (string output in graph.Outputs) Compare(expected[output], exported[output], 2e-5, output + " (exported)");
    }

    /// <summary>A pass alone: of the model as it was written it makes a graph that is in order and computes the same.</summary>
    public static Graph PassKeepsResults(ModelBuilder model, IGraphPass pass, double relative = 2e-5)
    {
        byte[] bytes = model.Bytes;
        Graph graph = pass.Run(OnnxImporter.Import(bytes, null, ImportOptions.Default with { Optimise = false }));
        GraphVerifier.Verify(graph, pass.GetType().Name);
        Dictionary<string, Tensor> inputs = graph.Inputs.ToDictionary(i => i, i => TensorAssert.Random(graph.Values[i].Shape.Bind(3), 7));
        Dictionary<string, Tensor> expected = OnnxRuntimeReference.Run(bytes, inputs);
        Dictionary<string, Tensor> actual = GraphEvaluator.Run(graph, inputs);
        foreach (string output in graph.Outputs) Compare(expected[output], actual[output], relative, output);
        return graph;
    }

    /// <summary>As <see cref="SameAsOnnxRuntime"/> for a model ONNX Runtime would refuse because its nodes are out of order.</summary>
    public static Graph SameAsOnnxRuntimeWhenSorted(ModelBuilder model)
    {
        Graph graph = OnnxImporter.Import(model.Bytes, null);
        Dictionary<string, Tensor> inputs = graph.Inputs.ToDictionary(i => i, i => TensorAssert.Random(graph.Values[i].Shape.Bind(2), 7));
        Dictionary<string, Tensor> expected = OnnxRuntimeReference.Run(OnnxExporter.Export(graph).ToByteArray(), inputs);
        Dictionary<string, Tensor> actual = GraphEvaluator.Run(graph, inputs);
        foreach (string output in graph.Outputs) Compare(expected[output], actual[output], 1e-5, output);
        return graph;
    }

    public static CimException Fails(ModelBuilder model, string code, params string[] mentions)
    {
        CimException e = Assert.Throws<CimException>(() => OnnxImporter.Import(model.Bytes, null));
        Assert.Equal(code, e.Code);
        Assert.DoesNotContain(OnnxImporter.UnexpectedPrefix, e.Message, StringComparison.Ordinal);
        foreach (string text in mentions) Assert.Contains(text, e.Message, StringComparison.Ordinal);
        return e;
    }

    private static void Compare(Tensor expected, Tensor actual, double relative, string what)
    {
        if (expected.Type == ElementType.Float32)
        {
            TensorAssert.Close(expected, actual, relative, what);
            return;
        }

        Assert.Equal(expected.Type, actual.Type);
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.True(expected.Data.Span.SequenceEqual(actual.Data.Span), what);
    }
}
