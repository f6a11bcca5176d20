using System.Globalization;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;
using Cim.Compiler.Reporting.Files;
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
        if (state.Measured is { } measured) Check(context, measured, program, state.Report!);
        else CheckAgreement(context, state.Agreement, program);
        return state;
    }

    /// <summary>Checks the accuracy at the fidelity the result is used at.</summary>
    /// <exception cref="CimException">CIM3002: the budget is missed; the report is written all the same.</exception>
    private static void Check(CompileContext context, MeasuredAccuracy measured, ModelProgram program, CompilationReport report)
    {
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
                $"The accuracy budget of {budget} percentage points is missed: {figures}, a loss of {loss:F2}.{where} {cure} Or allow a "
                    + $"larger loss.", options.ModelPath);
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

    /// <summary>Without labels: warns where converters move outputs so far that classes change, estimated from the float network's own
    /// probabilities.</summary>
    private static void CheckAgreement(CompileContext context, OutputAgreement? agreement, ModelProgram program)
    {
        HardwareProfile hardware = context.Hardware;
        if (agreement is null || agreement.HardwarePoints <= Tolerated(context.Options)) return;
        string measure = agreement.Top is { } top
            ? string.Create(CultureInfo.InvariantCulture,
                $"the class is that of the float network in {100 * top:F1} % of {agreement.Samples} calibration "
                + $"samples, an estimated {Math.Min(100, agreement.HardwarePoints):F2} percentage points of accuracy less than with exact "
                + $"sums")
            : string.Create(
                CultureInfo.InvariantCulture, $"outputs differ from the float network's by {100 * agreement.RelativeL2:F1} % on "
                + $"{agreement.Samples} calibration samples, most of it by the hardware");
        context.Warn(ErrorCodes.ConvertersLoseAccuracy,
            $"{Capital(ConverterLoss.Describe(program, hardware))} lose accuracy: {measure}. {ConverterLoss.Cures(hardware)} Labelled "
            + $"data ({OptionTable.Evaluation.Named()}) measures it.");
    }

    private static double Tolerated(CompileOptions options) =>
        Math.Min(ConverterLoss.WorthAWarning, Math.Max(0.5, options.MaxAccuracyLoss ?? double.PositiveInfinity));

    private static MessageText Cures(Fidelity fidelity, HardwareProfile hardware)
    {
        if (fidelity == Fidelity.Adc) return ConverterLoss.Cures(hardware);
        return $"{ConverterLoss.Cures(hardware)} For cells: smaller errors of the profile, or {OptionTable.VariationAware.Named()}.";
    }

    private static string Text(Fidelity fidelity) => fidelity.ToString().ToLowerInvariant();

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
