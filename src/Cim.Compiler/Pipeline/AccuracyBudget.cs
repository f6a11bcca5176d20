using Cim.Compiler.Evaluation;
using Cim.Compiler.Reporting;
using Cim.Runtime;

namespace Cim.Compiler.Pipeline;

/// <summary>What the measured accuracy means: an error beyond the budget, a warning where nobody set one.</summary>
internal static class AccuracyBudget
{
    private const double WorthAWarning = 2;

    /// <exception cref="CimException">CIM3002: the budget is missed; the report is written all the same.</exception>
    public static void Check(CompileContext context, Accuracy? original, Accuracy? compiled, CompilationReport report)
    {
        if (original is null || compiled is null) return;
        CompileOptions options = context.Options;
        double loss = 100 * (original.Fraction - compiled.Fraction);
        string place = report.WorstLayer is { } worst ? $" The layer with the largest error of its own is '{worst}'." : "";
        string figures = FormattableString.Invariant($"the compiled network classifies {100 * compiled.Fraction:F2} % of {compiled.Samples} samples, the float network {100 * original.Fraction:F2} %");
        if (options.MaxAccuracyLoss is { } budget && loss > budget + 1e-9)
        {
            if (options.ReportDirectory is { } directory) ReportWriter.Write(report, directory);
            throw new CimException(ErrorCodes.AccuracyBudgetMissed, FormattableString.Invariant(
                $"The accuracy budget of {budget} percentage points is missed: {figures}, a loss of {loss:F2}.{place} Give more bits, better calibration data, or a larger budget.")) { File = options.ModelPath };
        }

        if (options.MaxAccuracyLoss is null && loss > WorthAWarning)
            context.Warn(ErrorCodes.AccuracyDegraded, FormattableString.Invariant($"Accuracy has suffered: {figures}.{place} Check the preprocessing of the calibration data, or give more bits."));
    }
}
