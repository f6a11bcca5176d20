using System.Collections.Immutable;
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
        Inputs = Describe(state.Graph, state.Graph.Inputs),
        Outputs = Describe(state.Graph, state.Graph.Outputs),
        Cost = cost,
        Baseline = baseline,
        Seed = context.Options.Seed,
        ModelSha256 = context.Sources.ModelSha256,
        CalibrationSha256 = context.Options.Calibration is { } path ? FileHash.OfSamples(path) : "",
        Preprocessing = context.Options.Preprocessing.Describe(),
        Labels = state.Labels,
        SdkVersion = SdkVersion.Current,
    };

    /// <summary>Inputs or outputs of a network.</summary>
    public static ImmutableArray<TensorDescription> Describe(Graph graph, ImmutableArray<string> values) =>
        [.. values.Select(v => new TensorDescription(v, graph.Values[v].Type, graph.Values[v].Shape.Dims))];
}
