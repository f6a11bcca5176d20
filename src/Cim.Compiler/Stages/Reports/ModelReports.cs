using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Compiler.Stages.Reports;

/// <summary>The model in the report.</summary>
internal static class ModelReports
{
    /// <summary>Name, hash, size, inputs and outputs of the imported network.</summary>
    public static ModelReport Of(CompileState state, CompileContext context)
    {
        string path = context.Options.ModelPath;
        return new ModelReport(
            Path.GetFileNameWithoutExtension(path), Path.GetFileName(path), context.Sources.ModelSha256,
            state.Graph.Constants.Values.Where(c => c.Type == ElementType.Float32).Sum(c => (long)c.Length),
            state.Mapped!.Lowered.Layers.Sum(l => l.Layer.MacsPerImage),
            [.. state.Graph.Inputs.Select(Tensor)], [.. state.Graph.Outputs.Select(Tensor)]);

        TensorReport Tensor(string name) =>
            new(name, state.Graph.Values[name].Type.ToString(), [.. state.Graph.Values[name].Shape.Dims.Select(d => (long)d)]);
    }
}
