using System.Globalization;
using System.Text;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>The first box: what the result is worth at the fidelity it is used at, what limits it, and what to try.</summary>
internal static class HeadlineSection
{
    // Percentage points that nobody would look for.
    private const double Noticeable = 0.5;

    public static string Render(CompilationReport report) => $"""
        <section class="headline" aria-labelledby="headline">
        <h2 id="headline">Result</h2>
        {Figures(report)}
        <p><b>What limits it.</b> {Limit(report)}</p>
        {Advice(report)}
        </section>
        """;

    private static string Figures(CompilationReport report)
    {
        if (report.AccuracyCompiled is not { } accuracy)
        {
            if (report.Agreement is not { } a) return "<p class=\"big\">accuracy not measured</p>";
            string cosine = a.Cosine.ToString("F4", CultureInfo.InvariantCulture);
            return $"<p class=\"big\">{cosine} <small>cosine with the float network at <code>{Escape(a.Fidelity)}</code></small></p>"
                + $"<p class=\"sub\">relative error {Percent(a.RelativeL2)}{Same(a)}, {Count(a.Samples)} samples without labels; "
                + $"{Cost(report)}</p>";
        }

        var beside = new StringBuilder();
        string used = report.Fidelity ?? "exact";
        if (used != "exact" && report.Compiled.Accuracy("exact") is { } exact) beside.Append($"{Percent(exact)} <code>exact</code>, ");
        if (used is not ("exact" or "adc") && report.Compiled.Accuracy("adc") is { } adc)
            beside.Append($"{Percent(adc)} <code>adc</code>, ");
        if (report.AccuracyFloat is { } real) beside.Append($"{Percent(real)} float");
        return $"<p class=\"big\">{Percent(accuracy)} <small>at <code>{Escape(used)}</code></small></p>"
            + $"<p class=\"sub\">{beside}; {Cost(report)}</p>";
    }

    private static string Same(AgreementReport agreement) =>
        agreement.TopAgreement is { } top ? $", the same class in {Percent(top, 1)}" : "";

    private static string Cost(CompilationReport report) => report.Cost is not { } cost ? ""
        : $"{Latency(cost.LatencyNs)}, {Energy(cost.EnergyPj)} and {Count(cost.Arrays)} arrays an inference";

    private static string Limit(CompilationReport report)
    {
        if (report.Compiled.Accuracy("exact") is not { } exact || report.AccuracyFloat is not { } real
            || report.AccuracyCompiled is not { } used)
        {
            return report.WorstLayer is { } largest
                ? $"Without labelled samples only errors are known; the largest of its own has {Name(largest)}."
                : "Not known: nothing was measured.";
        }

        double lost = report.LossPoints ?? (100 * (real - used)), quantization = 100 * (real - exact), hardware = lost - quantization;
        if (lost < Noticeable) return $"Nothing noticeable: {Points(-lost / 100)} against the float network.";
        if (hardware > quantization)
            return $"Converters and cells: of {Two(lost)} points lost they take {Two(hardware)}. {Cures(report)}";
        return $"Quantization: of {Two(lost)} points lost it takes {Two(quantization)}. "
            + (report.WorstLayer is { } worst ? $"The largest error of its own has {Name(worst)}." : "");
    }

    private static string Two(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);

    private static string Cures(CompilationReport report)
    {
        HardwareReport h = report.Hardware;
        var cures = new List<string>();
        if (h.AdcRange == "full") cures.Add("<code>adcRange</code> \"calibrated\"");
        if (h.Encoding == "offset") cures.Add("<code>encoding</code> \"differential\"");
        if (h.AdcBits is > 0 and < 12) cures.Add($"{h.AdcBits + 1} <code>adcBits</code>");
        if (h.Rows > 16) cures.Add($"{h.Rows / 2} <code>rows</code>");
        return cures.Count == 0 ? "" : $"Worth a try: {string.Join(", ", cures)}.";
    }

    private static string Advice(CompilationReport report) => report.Repeat?.Advise is not { } command ? ""
        : $"<p><b>What to try.</b> This command tries single changes and prints what each would do: <code>{Escape(command)}</code></p>";
}
