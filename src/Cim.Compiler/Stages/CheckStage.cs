using Cim.Compiler.Calibration;
using Cim.Compiler.Data;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Ort;
using Cim.Compiler.Pipeline;
using Cim.Compiler.QuantizationAware;
using Cim.Runtime;

namespace Cim.Compiler.Stages;

/// <summary>Opens every data file, so that one that cannot be used is an error before the long work; afterwards labels are read.</summary>
internal sealed class CheckStage : ICompileStage
{
    /// <summary>From so many samples on, one label for all of them is no chance.</summary>
    private const int FewestForOneLabel = 10;

    private const int InspectedSamples = 64;

    public string Name => "Check";

    /// <exception cref="CimException">CIM0006, CIM0007: a file cannot be read, or holds labels the network cannot give.</exception>
    public CompileState Run(CompileState state, CompileContext context)
    {
        CompileOptions options = context.Options;
        state = state with { Labels = options.Labels is { } labels ? ClassLabels.Read(labels, state.Graph) : [] };
        if (options.Training is not null) TrainingRequirements.Check(state.Graph, options.ModelPath);
        GraphInput input = state.Input;
        if (context.Sources.OpenEvaluation(input) is { } evaluation) Check(evaluation, state, context);
        if (context.Sources.OpenCalibration(input) is { } calibration) RequireBatch(calibration, input);
        foreach (string? path in new[] { options.Training, options.Validation })
            if (path is not null && context.Sources.Open(path, input) is { HasLabels: true } labelled)
                _ = ScoredOutput.For([NetworkOutputs.Of(state.Graph, input.FixedBatch)[0]], labelled);
        return state;
    }

    private static void Check(DataSet evaluation, CompileState state, CompileContext context)
    {
        _ = ScoredOutput.For(NetworkOutputs.Of(state.Graph, state.Input.FixedBatch), evaluation);
        RequireBatch(evaluation, state.Input);
        if (evaluation.Count >= FewestForOneLabel && evaluation.Labels.Distinct().Count() == 1)
            context.Warn(ErrorCodes.OneLabel,
                $"Every one of the {evaluation.Count} samples of {evaluation.Path} has the label {evaluation.Labels[0]}: the accuracy "
                + $"on them says little. Give samples of all classes.");
        DataBatch first = evaluation.Batches(InspectedSamples, InspectedSamples).First();
        SampleWarning.Check(
            context, evaluation.Path, new CalibrationData(first.Values.ToArray(), first.Count, false), state.Input,
            "the accuracy on them says nothing of others");
    }

    private static void RequireBatch(DataSet data, GraphInput input)
    {
        if (data.Count < input.FixedBatch)
            throw new CimException(ErrorCodes.InvalidData,
                $"The model's batch is fixed at {input.FixedBatch}, but there are only {data.Count} samples.") { File = data.Path };
    }
}
