using Cim.Cli.Options;
using Cim.Compiler.Calibration;
using Cim.Compiler.ColumnSharing;
using Cim.Compiler.Data;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Strips;
using Cim.Training.Data;

namespace Cim.Cli.Commands.Compile;

/// <summary>Reads what a command line asks of a compilation.</summary>
internal static class CompileReader
{
    /// <exception cref="Cim.Runtime.CimException">CIM0010: values that the table cannot exclude, such as a scale of 0.</exception>
    public static CompileOptions Read(string model, OptionReader values) => new()
    {
        ModelPath = model,
        OutputPath = values.Text(OptionTable.Output),
        Hardware = values.Choice(OptionTable.Hardware),
        Calibration = values.Text(OptionTable.Calibration),
        Evaluation = values.Text(OptionTable.Evaluation),
        Labels = values.Text(OptionTable.Labels),
        Training = values.Text(OptionTable.Training),
        Validation = values.Text(OptionTable.Validation),
        Augmentation = new Augmentation
        {
            Shift = values.Number<int>(OptionTable.TrainingShift),
            Flip = values.Flag(OptionTable.TrainingFlip),
        },
        Epochs = values.NumberIfSet<int>(OptionTable.Epochs),
        LearningRate = values.NumberIfSet<double>(OptionTable.LearningRate),
        Engine = values.IsSet(OptionTable.Engine) ? values.Choice(OptionTable.Engine) : null,
        Device = values.IsSet(OptionTable.Device) ? values.Text(OptionTable.Device) : null,
        EnginePackages = values.Text(OptionTable.EnginePackages),
        TrainingCheckpoint = Beside(values, OptionTable.TrainingCheckpoint, OptionTable.Training, ".training"),
        Preprocessing = Preprocessing.Parse(
            values.Text(OptionTable.Scale), values.Text(OptionTable.Mean), values.Text(OptionTable.Std)),
        Search = values.Choice(OptionTable.Search),
        WeightBits = values.Number<int>(OptionTable.WeightBits),
        ActivationBits = values.Number<int>(OptionTable.ActivationBits),
        AdcBits = values.Number<int>(OptionTable.AdcBits),
        CopiesWithin = values.Number<long>(OptionTable.CopiesWithin),
        ScheduleFor = ScheduleOf(values),
        EdgeBits = values.Number<int>(OptionTable.EdgeBits),
        SearchBinary = values.Flag(OptionTable.SearchBinary),
        Strips = StripOptions.Parse(
            values.Text(OptionTable.Strips), values.Text(OptionTable.StripWidths), values.Choice(OptionTable.StripUnit)),
        Merge = ColumnSharingOptions.Parse(values.Text(OptionTable.MergeWeights), values.Choice(OptionTable.MergeMethod)),
        MaxAccuracyLoss = values.NumberIfSet<double>(OptionTable.MaxAccuracyLoss),
        Objective = values.IsSet(OptionTable.Objective) ? values.Choice(OptionTable.Objective)
            : ScheduleOf(values) ?? values.Choice(OptionTable.Objective),
        SearchEvaluations = values.Number<int>(OptionTable.SearchEvaluations),
        ParallelCandidates = values.Number<int>(OptionTable.ParallelCandidates),
        SearchMinutes = values.NumberIfSet<double>(OptionTable.SearchBudget),
        SearchSamples = values.Number<int>(OptionTable.SearchSamples),
        SearchTrainingSamples = values.Number<int>(OptionTable.SearchTrainingSamples),
        PolicyOutputPath = values.Text(OptionTable.PolicyOutput),
        TrialLogPath = values.Text(OptionTable.TrialLog),
        MaxArrays = values.NumberIfSet<long>(OptionTable.MaxArrays),
        VariationAware = values.Flag(OptionTable.VariationAware),
        VariationConfidence = values.Number<double>(OptionTable.VariationConfidence),
        Fidelity = values.Text(OptionTable.Fidelity) is { } fidelity ? FidelityOption.Parse(fidelity) : null,
        Seed = values.Number<ulong>(OptionTable.Seed),
        ReportDirectory = values.Text(OptionTable.Report),
        LockPath = values.Text(OptionTable.Lock),
        ForceEvaluate = values.Flag(OptionTable.ForceEvaluate),
        RefreshLock = values.Flag(OptionTable.RefreshLock),
        Locked = values.Flag(OptionTable.Locked),
        LockLimit = values.Number<double>(OptionTable.LockLimit),
        PolicyPath = values.Text(OptionTable.Policy),
        ExportQdqPath = values.Text(OptionTable.ExportQdq),
        Range = RangeOf(values.Choice(OptionTable.CalibrationMethod)),
        Rounding = values.Choice(OptionTable.Rounding),
        CalibrationSamples = values.Number<int>(OptionTable.CalibrationSamples),
        EvaluationLimit = values.Number<int>(OptionTable.Limit),
        Import = ImportArguments.Read(values),
    };

    // Without the option the checkpoint lies beside the output, if there is something to train.
    private static string? Beside(OptionReader values, OptionRow state, OptionRow need, string extension) =>
        values.Text(need) is null ? null
        : values.Text(state) ?? (values.Text(OptionTable.Output) is { } output ? output + extension : null);

    // Only a schedule has a throughput, so who asks for it asks for a schedule.
    private static string? ScheduleOf(OptionReader values) => values.Text(OptionTable.ScheduleFor)
        ?? (values.Choice(OptionTable.Objective) == "throughput" ? "throughput" : null);

    private static RangeMethod RangeOf(string method) => method switch
    {
        "minmax" => RangeMethod.MinMax,
        "percentile" => RangeMethod.Percentile,
        "entropy" => RangeMethod.Entropy,
        "mse" => RangeMethod.MeanSquaredError,
        _ => RangeMethod.Automatic,
    };
}
