using System.Collections.Immutable;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Quantization;
using Cim.Compiler.Reporting;

namespace Cim.Compiler.Stages.Reports;

/// <summary>Puts what the stages found into the report.</summary>
internal static class ReportBuilder
{
    /// <summary>The warnings as a report lists them.</summary>
    public static ImmutableArray<DiagnosticReport> Diagnostics(IEnumerable<CompileWarning> warnings) =>
        [.. warnings.Select(w => new DiagnosticReport(w.Code, "warning", w.Message))];

    /// <summary>The report of a compilation so far.</summary>
    public static CompilationReport Build(CompileState state, CompileContext context)
    {
        (CompileOptions options, MappedNetwork mapped, MeasuredAccuracy? measured) = (context.Options, state.Mapped!, state.Measured);
        var memory = new WeightMemory(mapped);
        var variants = new VariantReports(state);
        ImmutableDictionary<string, int> scaledChannels = ScalableInput.ScaledChannels(state.Network?.Float ?? state.Graph);
        var report = new CompilationReport
        {
            SdkVersion = SdkVersion.Current,
            Agreement = state.Agreement is { } a
                ? new AgreementReport(
                    state.Emitted!.Fidelity.ToString().ToLowerInvariant(), a.Samples, a.Cosine, a.RelativeL2, a.Top)
                : null,
            Model = ModelReports.Of(state, context),
            Hardware = HardwareReports.Of(context.Hardware),
            Options = new OptionsReport(
                options.Search, options.Objective, options.MaxAccuracyLoss,
                options.Calibration is { } c ? Path.GetFileName(c) : null,
                state.Calibration.IsSynthetic ? 0 : state.Calibration.Count, options.Seed),
            Evaluation = measured is null ? null : new EvaluationReport(Path.GetFileName(options.Evaluation!), measured.Exact.Samples),
            Fidelity = measured?.Fidelity.ToString().ToLowerInvariant(),
            LossPoints = measured?.LossPoints,
            Float = variants.Float(),
            Baseline = variants.Baseline(),
            Compiled = variants.Compiled(memory),
            Schedule = ScheduleReports.Of(state),
            Layers = [.. mapped.Lowered.Layers.Select(l => LayerReports.Of(l, memory, state, scaledChannels, context.Hardware))],
            Diagnostics = Diagnostics(context.Warnings),
            Seconds = context.Seconds,
        };
        return ReportDetails.Add(report, state, context);
    }
}
