using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Import;
using Cim.Compiler.Ir;
using Cim.Compiler.Ort;
using Cim.Runtime;

namespace Cim.Compiler.Tests.Support;

/// <summary>The network of the sample and its calibration samples.</summary>
internal static class FashionSample
{
    private static readonly string _folder = Path.Combine(Root(), "samples", "FashionMnist");

    public static (Graph Graph, GraphInput Input, SearchData Data) Load(int samples = 96)
    {
        Graph graph = OnnxImporter.Import(Path.Combine(_folder, "models", "fashion.onnx"));
        GraphInput input = GraphInput.Of(graph);
        DataSet set = DataSet.Open(Path.Combine(_folder, "data", "calibration.npz"), input.Ports, Preprocessing.Parse("1/255", null, null));
        return (graph, input, SearchData.From(set, default, maxSamples: samples));
    }

    private static string Root()
    {
        DirectoryInfo? d = new(AppContext.BaseDirectory);
        while (d is not null && !File.Exists(Path.Combine(d.FullName, "Cim.Sdk.sln"))) d = d.Parent;
        return d!.FullName;
    }
}
