using System.Collections.Immutable;
using System.Globalization;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>What somebody needs to make the same result again.</summary>
internal static class SetupSection
{
    public static string Render(CompilationReport report)
    {
        HardwareReport h = report.Hardware;
        return $"""
            <section class="setup">
            <div><h2>Hardware</h2><table>
            {Row("profile", Escape(h.Name))}
            {Row("array", $"{Count(h.Rows)} word lines × {Count(h.Columns)} bit lines")}
            {Row("cell", $"{h.CellBits} bit, {Escape(h.Encoding)}")}
            {Row("DAC", h.DacBits == 0 ? "all input bits at once" : $"{h.DacBits} bit per input slice")}
            {Row("ADC", (h.AdcBits == 0 ? "ideal" : $"{h.AdcBits} bit") + $", range {Escape(h.AdcRange)}")}
            {Devices(report)}
            </table></div>
            <div><h2>Compilation</h2><table>
            {Asked(report)}
            {Repeat(report)}
            {Row("inputs", Tensors(report.Model.Inputs))}
            {Row("outputs", Tensors(report.Model.Outputs))}
            {Row("model SHA-256", $"<code>{Escape(report.Model.Sha256)}</code>")}
            {Row("Cim.Sdk", $"{Escape(report.SdkVersion)}{(report.Seconds > 0 ? $", compiled in {Number(report.Seconds)} s" : "")}")}
            </table></div>
            </section>
            """;
    }

    private static string Asked(CompilationReport report)
    {
        if (report.Options is not { } o) return Row("options", "not known: the page is of a compiled model without its report");
        string budget = o.MaxAccuracyLoss is { } loss
            ? loss.ToString("0.###", CultureInfo.InvariantCulture) + " percentage points" : "none";
        string calibration = o.Calibration is null
            ? "none: ranges propagated through the network" : $"{Escape(o.Calibration)}, {Count(o.CalibrationSamples)} samples";
        return string.Join('\n', Row("search", $"{Escape(o.Search)}, objective {Escape(o.Objective)}, seed {o.Seed}"),
            Row("accuracy budget", budget), Row("calibration", calibration));
    }

    private static string Devices(CompilationReport report) => report.Repeat is not { } repeat ? ""
        : string.Join('\n', repeat.Devices.Select(d => Row(Escape(d.Name), Escape(d.Value))));

    private static string Repeat(CompilationReport report)
    {
        if (report.Repeat is not { } repeat) return "";
        int strips = report.Layers.Count(l => l.Strips is not null), varied = report.Layers.Count(l => l.Variation is not null);
        return string.Join('\n',
            Row("preprocessing", repeat.Preprocessing is { } text ? Escape(text) : "none"), Row("rounding", Escape(repeat.Rounding)),
            Row("strips of several widths", strips == 0 ? "none" : $"{Count(strips)} layers"),
            Row("variation-aware", varied == 0 ? "no" : $"{Count(varied)} layers"),
            Row("command", $"<code>{Escape(repeat.Command)}</code>"));
    }

    private static string Row(string name, string value) => $"<tr><th>{name}</th><td>{value}</td></tr>";

    private static string Tensors(ImmutableArray<TensorReport> tensors) => string.Join("<br/>", tensors.Select(t =>
        $"<code>{Escape(t.Name)}</code> {Escape(t.Type)} "
            + $"[{string.Join(", ", t.Shape.Select(d => d < 0 ? "N" : d.ToString(CultureInfo.InvariantCulture)))}]"));
}
