using System.Collections.Immutable;
using System.Globalization;
using Cim.Compiler.Calibration;
using Cim.Compiler.Options;
using Cim.Training.Data;

namespace Cim.Compiler.Pipeline;

/// <summary>The values of a compilation's options as the command line writes them, row by row of the table.</summary>
internal static class OptionTexts
{
    private static readonly ImmutableDictionary<string, Func<CompileOptions, string?>> _values =
        new Dictionary<OptionRow, Func<CompileOptions, string?>>
        {
            [OptionTable.Hardware] = o => o.Hardware,
            [OptionTable.Calibration] = o => o.Calibration,
            [OptionTable.Evaluation] = o => o.Evaluation,
            [OptionTable.Labels] = o => o.Labels,
            [OptionTable.Training] = o => o.Training,
            [OptionTable.Validation] = o => o.Validation,
            [OptionTable.Policy] = o => o.PolicyPath,
            [OptionTable.Search] = o => o.Search,
            [OptionTable.WeightBits] = o => Text(o.WeightBits),
            [OptionTable.ActivationBits] = o => Text(o.ActivationBits),
            [OptionTable.Objective] = o => o.Objective,
            [OptionTable.SearchEvaluations] = o => Text(o.SearchEvaluations),
            [OptionTable.MaxArrays] = o => Text(o.MaxArrays),
            [OptionTable.MaxAccuracyLoss] = o => Text(o.MaxAccuracyLoss),
            [OptionTable.Seed] = o => Text(o.Seed),
            [OptionTable.Dim] = o => o.Import.Dimensions.IsEmpty ? null
                : string.Join(',', o.Import.Dimensions.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => $"{d.Key}={Text(d.Value)}")),
            [OptionTable.Dims] = o => o.Import.Sizes.IsEmpty ? null : o.Import.Sizes.ToString(),
            [OptionTable.Fix] = o => o.Import.FixedInputs.IsEmpty ? null
                : string.Join(',', o.Import.FixedInputs.OrderBy(f => f.Key, StringComparer.Ordinal)
                    .Select(f => $"{f.Key}={string.Join('|', f.Value.Select(Text))}")),
            [OptionTable.AdcBits] = o => Text(o.AdcBits),
            [OptionTable.CopiesWithin] = o => Text(o.CopiesWithin),
            [OptionTable.ScheduleFor] = o => o.ScheduleFor,
            [OptionTable.EdgeBits] = o => Text(o.EdgeBits),
            [OptionTable.SearchBinary] = o => Text(o.SearchBinary),
            [OptionTable.ParallelCandidates] = o => Text(o.ParallelCandidates),
            [OptionTable.SearchSamples] = o => Text(o.SearchSamples),
            [OptionTable.SearchTrainingSamples] = o => Text(o.SearchTrainingSamples),
            [OptionTable.Strips] = o => o.Strips is { } strips ? Text(strips.Compression) ?? "auto" : null,
            [OptionTable.StripWidths] = o => o.Strips is { } strips ? string.Join(',', strips.Widths) : null,
            [OptionTable.StripUnit] = o => o.Strips is { } strips ? Lower(strips.Unit) : null,
            [OptionTable.MergeWeights] = o => o.Merge is { } merge ? Text(merge.Share) ?? "auto" : null,
            [OptionTable.MergeMethod] = o => o.Merge is { } merge ? Lower(merge.Method) : null,
            [OptionTable.CalibrationMethod] = o => o.Range switch
            {
                RangeMethod.Automatic => "auto",
                RangeMethod.MeanSquaredError => "mse",
                _ => Lower(o.Range),
            },
            [OptionTable.CalibrationSamples] = o => Text(o.CalibrationSamples),
            [OptionTable.Scale] = o => Text(o.Preprocessing.Scale),
            [OptionTable.Mean] = o => Text(o.Preprocessing.Mean),
            [OptionTable.Std] = o => Text(o.Preprocessing.Std),
            [OptionTable.Rounding] = o => o.Rounding,
            [OptionTable.VariationAware] = o => Text(o.VariationAware),
            [OptionTable.VariationConfidence] = o => o.VariationAware ? Text(o.VariationConfidence) : null,
            [OptionTable.Epochs] = o => Text(o.Epochs),
            [OptionTable.TrainingShift] = o => o.Augmentation == Augmentation.None ? null : Text(o.Augmentation.Shift),
            [OptionTable.TrainingFlip] = o => o.Augmentation == Augmentation.None ? null : Text(o.Augmentation.Flip),
            [OptionTable.LearningRate] = o => Text(o.LearningRate),
            [OptionTable.Engine] = o => o.Engine,
            [OptionTable.Device] = o => o.Device,
            [OptionTable.EnginePackages] = o => o.EnginePackages,
            [OptionTable.SearchBudget] = o => Text(o.SearchMinutes),
            [OptionTable.Fidelity] = o => o.Fidelity is { } fidelity ? Lower(fidelity) : null,
            [OptionTable.Limit] = o => Text(o.EvaluationLimit),
            [OptionTable.Lock] = o => o.LockPath,
            [OptionTable.LockLimit] = o => Text(o.LockLimit),
            [OptionTable.ForceEvaluate] = o => Text(o.ForceEvaluate),
            [OptionTable.RefreshLock] = o => Text(o.RefreshLock),
            [OptionTable.Locked] = o => Text(o.Locked),
            [OptionTable.Output] = o => o.OutputPath,
            [OptionTable.Report] = o => o.ReportDirectory,
            [OptionTable.ExportQdq] = o => o.ExportQdqPath,
            [OptionTable.PolicyOutput] = o => o.PolicyOutputPath,
            [OptionTable.Dump] = o => o.Import.DumpDirectory,
            [OptionTable.TrialLog] = o => o.TrialLogPath,
            [OptionTable.TrainingCheckpoint] = o => o.TrainingCheckpoint,
        }.ToImmutableDictionary(p => p.Key.Name, p => p.Value, StringComparer.Ordinal);

    /// <summary>The value of an option; null if it has none, or has no effect.</summary>
    public static string? Of(CompileOptions options, OptionRow row) =>
        _values.TryGetValue(row.Name, out Func<CompileOptions, string?>? value) ? value(options) : null;

    private static string? Text<T>(T? value) where T : struct, IFormattable => value is { } number ? Text(number) : null;

    private static string Text<T>(T value) where T : struct, IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Text(bool value) => value ? "true" : "false";

    private static string Text(ImmutableArray<double> list) => string.Join(",", list.Select(Text));

    private static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
