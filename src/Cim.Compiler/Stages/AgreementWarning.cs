using System.Globalization;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Pipeline;
using Cim.Runtime;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Stages;

/// <summary>Where no labels say what is lost, outputs that are far from the float network's do.</summary>
internal static class AgreementWarning
{
    /// <summary>A cosine or a share of equal classes that 8 bits keep on networks whose ranges fit.</summary>
    private const double LeastCosine = 0.99, LeastTop = 0.97;

    /// <summary>Warns of converters that change classes, estimated from the float network's own probabilities, else of outputs that are
    /// far from the float network's, with the layer that errs most and what would help.</summary>
    public static void Check(CompileState state, CompileContext context)
    {
        if (state.Agreement is not { } agreement) return;
        HardwareProfile hardware = context.Hardware;
        if (agreement.HardwarePoints > BudgetStage.Tolerated(context.Options))
        {
            string converters = BudgetStage.Capital(ConverterLoss.Describe(state.Emitted!.Model.Program, hardware));
            context.Warn(ErrorCodes.ConvertersLoseAccuracy,
                $"{converters} lose accuracy: {Measure(agreement)}. {ConverterLoss.Cures(hardware)} Labelled data "
                + $"({OptionTable.Evaluation.Named()}) measures it.");
        }
        else if (agreement.Cosine < LeastCosine || agreement.Top < LeastTop)
        {
            string same = agreement.Top is { } top
                ? string.Create(CultureInfo.InvariantCulture, $", and the class is the same in {100 * top:F1} %") : "";
            string figures = string.Create(
                CultureInfo.InvariantCulture, $"on {agreement.Samples} calibration samples their cosine is {agreement.Cosine:F4}{same}");
            context.Warn(ErrorCodes.OutputsFarFromFloat,
                $"Outputs are far from the float network's: {figures}. {Cure(state)} Labelled data ({OptionTable.Evaluation.Named()}) "
                + $"shows what it is worth.");
        }
    }

    private static string Measure(OutputAgreement agreement) => agreement.Top is { } top
        ? string.Create(CultureInfo.InvariantCulture,
            $"the class is that of the float network in {100 * top:F1} % of {agreement.Samples} calibration "
            + $"samples, an estimated {Math.Min(100, agreement.HardwarePoints):F2} percentage points of accuracy less than with exact "
            + $"sums")
        : string.Create(
            CultureInfo.InvariantCulture, $"outputs differ from the float network's by {100 * agreement.RelativeL2:F1} % on "
            + $"{agreement.Samples} calibration samples, most of it by the hardware");

    private static MessageText Cure(CompileState state)
    {
        if (state.Errors.MaxBy(e => e.OwnRelativeL2) is not { } worst) return $"More bits or other calibration samples help.";
        string error = string.Create(CultureInfo.InvariantCulture, $"'{worst.Name}' errs most, by {100 * worst.OwnRelativeL2:F1} % alone");
        if (state.Mapped!.Policy.Find(worst.Name) is { IsEightBit: false } narrow)
            return $"Layer {error}, with {narrow.WeightBits}-bit weights and {narrow.ActivationBits}-bit inputs: more bits help "
                + $"({OptionTable.WeightBits.Named()}, {OptionTable.ActivationBits.Named()}, {OptionTable.Policy.Named()}), or a search "
                + $"({OptionTable.Search.Named()}) with a smaller {OptionTable.MaxAccuracyLoss.Named()}.";
        return $"Layer {error}, with 8 bits: other ranges ({OptionTable.CalibrationMethod.Named()}) or calibration samples more like "
            + $"those the network will read help.";
    }
}
