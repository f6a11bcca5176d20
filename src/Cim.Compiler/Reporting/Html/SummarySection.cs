using System.Text;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>Heading, warnings, and the three networks side by side.</summary>
internal static class SummarySection
{
    // Measured fidelities in the order in which each contains the one before; float stands for itself.
    private static readonly string[] _fidelities = ["float", "exact", "adc", "device", "circuit"];

    public static string Render(CompilationReport report)
    {
        var html = new StringBuilder();
        html.AppendLine($"""
            <header>
            <h1>{Escape(report.Model.Name)} <small>on {Escape(report.Hardware.Name)}</small></h1>
            <p class="lead">{Lead(report)}</p>
            </header>
            """);
        html.AppendLine(HeadlineSection.Render(report));
        foreach (DiagnosticReport diagnostic in report.Diagnostics)
        {
            html.AppendLine($"""
                <p class="notice {Escape(diagnostic.Severity)}"><b>{Escape(diagnostic.Code)}</b> {Escape(diagnostic.Message)}</p>
                """);
        }
        html.AppendLine("<section class=\"cards\" aria-label=\"Float, 8-bit and compiled\">")
            .AppendLine(Card("Float", "the ONNX model as it came in", report.Float, report, " plain"))
            .AppendLine(Card("8-bit", "8-bit weights and activations everywhere", report.Baseline, report, ""))
            .AppendLine(Card("Compiled", BitsInWords(report), report.Compiled, report, " chosen"))
            .AppendLine("</section>");
        return html.ToString();
    }

    private static string Lead(CompilationReport report)
    {
        string file = $"<code>{Escape(report.Model.File)}</code>, {Count(report.Model.Parameters)} parameters, "
            + $"{Count(report.Model.Macs)} multiply-accumulates per inference, {report.Layers.Length} layers on crossbars.";
        return report.Evaluation is { } data
            ? $"{file} Accuracies on {Count(data.Samples)} labelled samples of <code>{Escape(data.File)}</code>."
            : $"{file} Compiled without labelled data: add <code>Evaluation=\"...\"</code> to see accuracies.";
    }

    private static string BitsInWords(CompilationReport report)
    {
        string weights = Range(report.Layers.Select(l => l.WeightBits));
        string activations = Range(report.Layers.Select(l => l.ActivationBits));
        string adc = Range(report.Layers.Select(l => l.AdcBits));
        return $"{weights}-bit weights, {activations}-bit activations, {(adc == "0" ? "ideal" : adc + "-bit")} ADC";
    }

    private static string Range(IEnumerable<int> values)
    {
        int[] all = [.. values];
        if (all.Length == 0) return "0";
        return all.Min() == all.Max() ? $"{all.Min()}" : $"{all.Min()} to {all.Max()}";
    }

    private static string Card(string title, string subtitle, VariantReport variant, CompilationReport report, string style)
    {
        var rows = new StringBuilder();
        AccuracyReport[] accuracies = [.. variant.Accuracies.OrderBy(a => Array.IndexOf(_fidelities, a.Fidelity))];
        double? reference = report.Float.Accuracy("float");
        // The headline is what the result is used at, else the most faithful simulation of the samples the float network saw; the
        // others stay visible below it. A difference to other samples would say nothing.
        int? samples = report.Float.Accuracies.Select(a => (int?)a.Samples).FirstOrDefault();
        bool IsComparable(AccuracyReport accuracy) => samples is null || accuracy.Samples == samples;
        AccuracyReport? headline = accuracies.FirstOrDefault(a => variant == report.Compiled && a.Fidelity == report.Fidelity)
            ?? accuracies.LastOrDefault(IsComparable) ?? accuracies.LastOrDefault();
        foreach (AccuracyReport other in accuracies.Where(a => a != headline).Reverse())
            rows.AppendLine(Row($"accuracy, {Escape(other.Fidelity)}{(IsComparable(other) ? "" : $", first {Count(other.Samples)}")}",
                Percent(other.Accuracy), IsComparable(other) ? Loss(other.Accuracy, reference) : ""));
        rows.AppendLine(
            Row("weights", Memory(variant.WeightMemoryBits), Ratio(variant.WeightMemoryBits, Other(report, variant)?.WeightMemoryBits)));
        CostReport? mine = variant.Cost, base8 = Other(report, variant)?.Cost;
        rows.AppendLine(Row("latency", mine is null ? Missing : Latency(mine.LatencyNs), Ratio(mine?.LatencyNs, base8?.LatencyNs)));
        rows.AppendLine(Row("energy", mine is null ? Missing : Energy(mine.EnergyPj), Ratio(mine?.EnergyPj, base8?.EnergyPj)));
        rows.AppendLine(Row("arrays", mine is null ? Missing : Count(mine.Arrays), Ratio(mine?.Arrays, base8?.Arrays)));
        rows.AppendLine(Row("area", mine is null ? Missing : Area(mine.AreaUm2), Ratio(mine?.AreaUm2, base8?.AreaUm2)));
        double? comparedWith = headline is not null && !IsComparable(headline) && report.LossPoints is { } points
            ? headline.Accuracy + (points / 100) : reference;
        string loss = headline?.Fidelity == "float" ? "" : Loss(headline?.Accuracy, comparedWith);
        string caption = headline is null ? "accuracy not measured"
            : headline.Fidelity == "float" ? $"{Count(headline.Correct)} of {Count(headline.Samples)} correct"
            : $"at <code>{Escape(headline.Fidelity)}</code>, {Count(headline.Correct)} of {Count(headline.Samples)} correct";
        return $"""
            <article class="card{style}">
            <h2>{title}</h2><p class="sub">{subtitle}</p>
            <p class="big">{(headline is null ? "–" : Percent(headline.Accuracy))} {loss}</p>
            <p class="sub">{caption}</p>
            <table>{rows}</table>
            </article>
            """;
    }

    private static VariantReport? Other(CompilationReport report, VariantReport variant) =>
        ReferenceEquals(variant, report.Compiled) ? report.Baseline : null;

    private static string Row(string name, string value, string note) =>
        $"<tr><th>{name}</th><td>{value}</td><td class=\"note\">{note}</td></tr>";

    private static string Loss(double? accuracy, double? reference)
    {
        if (accuracy is not { } value || reference is not { } float32) return "";
        double difference = value - float32;
        string tone = difference > -0.005 ? "good" : difference > -0.02 ? "fair" : "bad";
        return $"<span class=\"chip {tone}\">{Points(difference)}</span>";
    }

    private static string Ratio(double? value, double? reference)
    {
        if (value is not { } mine || reference is not { } other || other == 0) return "";
        double ratio = mine / other;
        string tone = ratio < 0.995 ? "good" : ratio > 1.005 ? "bad" : "same";
        return $"<span class=\"chip {tone}\">{Number(ratio)}×</span>";
    }
}
