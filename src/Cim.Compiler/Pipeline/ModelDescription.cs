using Cim.Compiler.Ir;
using Cim.Runtime;

namespace Cim.Compiler.Pipeline;

/// <summary>What a compiled model says about itself.</summary>
internal static class ModelDescription
{
    /// <summary>Before accuracies are measured.</summary>
    public static ModelInfo Of(CompileState state, CompileContext context, Cost cost, Cost baseline) => new()
    {
        Name = Path.GetFileNameWithoutExtension(context.Options.ModelPath),
        Hardware = context.Hardware.Name,
        Inputs = [.. state.Graph.Inputs.Select(i => Describe(state.Graph, i))],
        Outputs = [.. state.Graph.Outputs.Select(o => Describe(state.Graph, o))],
        Cost = cost,
        Baseline = baseline,
        Seed = context.Options.Seed,
        ModelSha256 = context.Sources.ModelSha256,
        CalibrationSha256 = context.Options.Calibration is { } path ? FileHash.Of(path) : "",
        Preprocessing = context.Options.Preprocessing.Describe(),
        Labels = state.Labels,
        SdkVersion = SdkVersion.Current,
    };

    private static TensorDescription Describe(Graph graph, string value) =>
        new(value, graph.Values[value].Type, graph.Values[value].Shape.Dims);
}
