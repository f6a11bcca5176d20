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
        OptionsReport o = report.Options;
        string budget = o.MaxAccuracyLoss is { } loss
            ? loss.ToString("0.###", CultureInfo.InvariantCulture) + " percentage points" : "none";
        string calibration = o.Calibration is null
            ? "none: ranges propagated through the network" : $"{Escape(o.Calibration)}, {Count(o.CalibrationSamples)} samples";
        return $"""
            <section class="setup">
            <div><h2>Hardware</h2><table>
            {Row("profile", Escape(h.Name))}
            {Row("array", $"{Count(h.Rows)} word lines × {Count(h.Columns)} bit lines")}
            {Row("cell", $"{h.CellBits} bit, {Escape(h.Encoding)}")}
            {Row("DAC", h.DacBits == 0 ? "all input bits at once" : $"{h.DacBits} bit per input slice")}
            {Row("ADC", (h.AdcBits == 0 ? "ideal" : $"{h.AdcBits} bit") + $", range {Escape(h.AdcRange)}")}
            </table></div>
            <div><h2>Compilation</h2><table>
            {Row("search", $"{Escape(o.Search)}, objective {Escape(o.Objective)}, seed {o.Seed}")}
            {Row("accuracy budget", budget)}
            {Row("calibration", calibration)}
            {Row("inputs", Tensors(report.Model.Inputs))}
            {Row("outputs", Tensors(report.Model.Outputs))}
            {Row("model SHA-256", $"<code>{Escape(report.Model.Sha256)}</code>")}
            {Row("Cim.Sdk", $"{Escape(report.SdkVersion)}, compiled in {Number(report.Seconds)} s")}
            </table></div>
            </section>
            """;
    }

    private static string Row(string name, string value) => $"<tr><th>{name}</th><td>{value}</td></tr>";

    private static string Tensors(ImmutableArray<TensorReport> tensors) => string.Join("<br/>", tensors.Select(t =>
        $"<code>{Escape(t.Name)}</code> {Escape(t.Type)} "
            + $"[{string.Join(", ", t.Shape.Select(d => d < 0 ? "N" : d.ToString(CultureInfo.InvariantCulture)))}]"));
}
