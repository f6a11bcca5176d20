using System.Globalization;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;
using Cim.Compiler.Reporting.Files;
using Cim.Compiler.Search;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Program;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards the accuracy is within the budget; where nobody set one, a large loss was warned of.</summary>
internal sealed class BudgetStage : ICompileStage
{
    private const double WorthAWarning = 2;

    public string Name => "Budget";

    public CompileState Run(CompileState state, CompileContext context)
    {
        ModelProgram program = state.Emitted!.Model.Program;
        if (state.Measured is { } measured)
        {
            if (state.Search is { } search) KnownSamples.Warn(search, measured.Float, context);
            Check(context, measured, program, state);
        }
        else AgreementWarning.Check(state, context);

        return state;
    }

    /// <summary>Checks the accuracy at the fidelity the result is used at.</summary>
    /// <exception cref="CimException">CIM3002: the budget is missed; the report is written all the same.</exception>
    private static void Check(CompileContext context, MeasuredAccuracy measured, ModelProgram program, CompileState state)
    {
        CompilationReport report = state.Report!;
        HardwareProfile hardware = context.Hardware;
        CompileOptions options = context.Options;
        double loss = measured.LossPoints;
        string where = report.WorstLayer is { } worst ? $" The layer with the largest error of its own is '{worst}'." : "";
        bool isAnalog = measured.Fidelity > Fidelity.Exact;
        string at = isAnalog ? $" at fidelity {Text(measured.Fidelity)}" : "";
        string exact = isAnalog
            ? string.Create(CultureInfo.InvariantCulture, $" (and {100 * measured.Exact.Fraction:F2} % with exact sums)")
            : "";
        string figures = string.Create(
            CultureInfo.InvariantCulture, $"the compiled network classifies {100 * measured.Compiled.Fraction:F2} % of "
            + $"{measured.Compiled.Samples} samples{at}{exact}, the float network {100 * measured.Float.Fraction:F2} %");
        // More bits for weights do not mend what converters and cells lose.
        MessageText cure = measured.HardwarePoints > loss / 2
            ? Cures(measured.Fidelity, hardware)
            : "Check the preprocessing of the calibration data, or give more bits.";
        if (options.MaxAccuracyLoss is { } budget && loss > budget + 1e-9)
        {
            if (options.ReportDirectory is { } directory) ReportWriter.Write(report, directory);
            throw OptionError.Of(ErrorCodes.AccuracyBudgetMissed,
                $"The accuracy budget of {budget} percentage points is missed: {figures}, a loss of {loss:F2}.{where} {cure} "
                    + $"{CanBeMet(state.Search, loss)}", options.ModelPath);
        }

        if (options.MaxAccuracyLoss is null && loss > WorthAWarning)
            context.Warn(ErrorCodes.AccuracyDegraded,
                $"Accuracy has suffered: {figures}.{where} {cure}");
        if (measured.ConverterPoints > Tolerated(options))
        {
            context.Warn(ErrorCodes.ConvertersLoseAccuracy, string.Create(CultureInfo.InvariantCulture,
                $"{Capital(ConverterLoss.Describe(program, hardware))} lose accuracy: {100 * measured.Adc.Fraction:F2} % of "
                    + $"{measured.Adc.Samples} samples are right through them, {100 * measured.ExactOnFirst.Fraction:F2} % with exact "
                    + $"sums. {ConverterLoss.Cures(hardware)}"));
        }
    }

    private static MessageText CanBeMet(SearchSummary? search, double loss)
    {
        if (search is not { LostOnEvaluation: { Length: > 0 } lost }) return $"Or allow a larger loss.";
        string least = (Math.Ceiling(100 * Math.Min(loss, lost.Min())) / 100).ToString(CultureInfo.InvariantCulture);
        return $"None of the {lost.Length} policies that were tried on the evaluation data is within it; a budget of {least} can be met "
            + $"({OptionTable.MaxAccuracyLoss.Named()}).";
    }

    internal static double Tolerated(CompileOptions options) =>
        Math.Min(ConverterLoss.WorthAWarning, Math.Max(0.5, options.MaxAccuracyLoss ?? double.PositiveInfinity));

    private static MessageText Cures(Fidelity fidelity, HardwareProfile hardware)
    {
        if (fidelity == Fidelity.Adc) return ConverterLoss.Cures(hardware);
        return $"{ConverterLoss.Cures(hardware)} For cells: smaller errors of the profile, or {OptionTable.VariationAware.Named()}.";
    }

    private static string Text(Fidelity fidelity) => fidelity.ToString().ToLowerInvariant();

    internal static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
