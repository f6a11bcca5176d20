using System.Globalization;
using Cim.Compiler.Evaluation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Variation;
using Cim.Runtime;
using Spectre.Console;

namespace Cim.Cli.Commands.Compile;

/// <summary>What <c>cim compile</c> prints for people.</summary>
internal static class CompileText
{
    /// <summary>Prints the result.</summary>
    public static void Print(IAnsiConsole console, CompileOptions options, CompileResult result)
    {
        void Line(string text) => console.WriteLine(text);
        if (result.Accuracy is { } measured)
        {
            Accuracy compiled = measured.Compiled, exact = measured.Exact, adc = measured.Adc;
            string at = result.Fidelity == Cim.Runtime.Fidelity.Exact ? "" : $" at {FidelityOption.Name(result.Fidelity)}";
            Line($"accuracy   {100 * compiled.Fraction:F2} % compiled{at} ({compiled.Correct}/{compiled.Samples}), "
                + $"{100 * measured.Float.Fraction:F2} % float");
            if (result.Fidelity > Cim.Runtime.Fidelity.Exact)
                Line($"           {100 * exact.Fraction:F2} % exact ({exact.Correct}/{exact.Samples})");
            if (result.Fidelity != Cim.Runtime.Fidelity.Adc)
                Line($"           {100 * adc.Fraction:F2} % through converters ({adc.Correct}/{adc.Samples})");
        }
        else if (result.Agreement is { } agreement)
        {
            string top = agreement.Top is { } share
                ? string.Create(CultureInfo.InvariantCulture, $", the same class in {100 * share:F1} %")
                : "";
            Line($"agreement  with the float network at {FidelityOption.Name(result.Fidelity)}: cosine {agreement.Cosine:F4}, relative "
                + $"error {agreement.RelativeL2:F4}{top} of {agreement.Samples} samples");
        }

        Line($"cost       {result.Cost}");
        if (result.Cost.Schedule is { } scheduled) Line($"schedule   {scheduled}");
        foreach (ModelPlan plan in result.Model.Info.Plans) Line($"plan       {plan.Dims}: {plan.Cost}");
        Line($"8 bits     {result.Baseline}");
        if (result.Baseline.Schedule is { } eight) Line($"           {eight}");
        if (result.Cost.Schedule is { NotModelled.IsEmpty: false } missing)
            Line($"           schedules do not count: {string.Join("; ", missing.NotModelled)}");
        if (result.Report.Merged is { } merged)
            Line($"shared     {100 * merged.Saved:F1} % of the cells saved: {merged.Cells} of {merged.CellsOwn}");
        if (result.Search is { } search) SearchOutput.Print(console, search);
        foreach (LayerAlignment layer in result.Alignment) Line($"variation  {layer.Name}: {Describe(layer)}");
        foreach (IGrouping<(int W, int A, int Adc), LayerPrecision> group in result.Policy.Layers.GroupBy(
            l => (l.WeightBits, l.ActivationBits, l.AdcBits)))
            Line($"precision  {group.Count()} layers with {group.Key.W}-bit weights, {group.Key.A}-bit activations and "
                + $"{(group.Key.Adc == 0 ? "ideal" : $"{group.Key.Adc}-bit")} conversions");
        if (result.Report.WorstLayer is { } worst) Line($"error      largest in layer '{worst}'");
        if (options.OutputPath is { } output) Line($"written    {output}");
        if (options.ReportDirectory is { } report) Line($"report     {Path.Combine(report, "report.html")}");
        Line($"time       {result.Seconds:F1} s");
    }

    private static string Describe(LayerAlignment layer)
    {
        string cells = layer.Columns is { } columns ? $"columns {columns}"
            : $"{layer.WeightBits}-bit weights on [{string.Join(' ', layer.Layout.SliceBits)}]";
        string results = layer.OutputBits is { } bits ? $"its {bits}-bit output codes" : "its results";
        return string.Create(CultureInfo.InvariantCulture, $"{cells}, {100 * (1 - layer.Errors.Wrong):F1} % of {results} right, "
            + $"{100 * (1 - layer.Errors.BeyondOne):F3} % within one{(layer.IsAligned ? "" : ", NOT aligned")}");
    }
}
