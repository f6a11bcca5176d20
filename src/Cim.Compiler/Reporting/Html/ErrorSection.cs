using System.Collections.Immutable;
using System.Text;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>Where accuracy is lost: the worst layer in a sentence, and the error along the network as a chart.</summary>
internal static class ErrorSection
{
    private const double Width = 1000, Height = 220, Left = 52, Right = 8, Top = 12, Bottom = 26;

    public static string Render(CompilationReport report)
    {
        LayerReport? worst = WorstLayer.Find(report.Layers);
        if (worst is null)
            return "<section><h2>Error of each layer</h2><p class=\"sub\">Not measured: no calibration or evaluation data was "
                + "supplied.</p></section>";
        bool own = report.Layers.Any(l => l.OwnRelativeL2Error is not null);
        string legend = own
            ? "<span class=\"key own\"></span>this layer alone quantized <span class=\"key all\"></span>with the errors of all layers "
                + "before it"
            : "<span class=\"key all\"></span>with the errors of all layers before it";
        return $"""
            <section>
            <h2>Error of each layer</h2>
            <p class="worst"><b>Worst layer: {Name(worst.Name)}</b> {Describe(worst)} {Advice(worst)}</p>
            <p class="sub">Relative L2 error of the layer's output against the float network. {legend}</p>
            {Chart(report, worst)}
            {Parts(report)}
            </section>
            """;
    }

    /// <summary>What quantization, converters, cells and wires do to each layer, apart.</summary>
    private static string Parts(CompilationReport report)
    {
        string[] fidelities = [.. report.Layers.SelectMany(l => l.Hardware ?? []).Select(h => h.Fidelity).Distinct()];
        if (fidelities.Length == 0) return "";
        List<(string Kind, string Name)> legend = [("f-exact", "quantization (exact)"),
            .. fidelities.Select(f => ("f-" + f, f == "adc" ? "converters (adc)" : f == "device" ? "cells (device)" : "wires (circuit)"))];
        List<(string, ImmutableArray<BarPart>)> rows = [.. report.Layers.Select(l => (l.Name, legend.Select((part, i) => new BarPart(
            part.Kind, part.Name, i == 0 ? l.OwnRelativeL2Error ?? 0
                : l.Hardware?.FirstOrDefault(h => h.Fidelity == fidelities[i - 1])?.Added ?? 0)).ToImmutableArray()))];
        return $"""
            <h3>The same at each fidelity</h3>
            <p class="sub">Relative L2 error that each part of the hardware adds to a layer that reads exact inputs, beside that of its
            quantization.</p>
            {StackedBars.Legend(legend)}
            {Tall.Region("Error of each layer by fidelity", StackedBars.Render(
                "Error of each layer by fidelity", rows, v => Percent(v), sideBySide: true), report.Layers.Length)}
            """;
    }

    private static string Describe(LayerReport layer)
    {
        var parts = new List<string>();
        if (layer.OwnRelativeL2Error is { } own) parts.Add($"adds {Percent(own)} error by itself");
        if (layer.RelativeL2Error is { } all) parts.Add($"is {Percent(all)} off the float network");
        if (layer.Cosine is { } cosine) parts.Add($"cosine {cosine.ToString("F5", System.Globalization.CultureInfo.InvariantCulture)}");
        parts.Add($"{layer.WeightBits}-bit weights, {layer.ActivationBits}-bit activations");
        if (layer.AdcSaturation is { } saturation) parts.Add($"{Percent(saturation)} of its conversions saturate");
        return string.Join(", ", parts) + ".";
    }

    private static string Advice(LayerReport layer) => layer switch
    {
        { AdcSaturation: > 0.01 } =>
            "Many conversions meet the end of the ADC's range: calibrate on more representative data, or use a wider range or more ADC "
            + "bits.",
        { WeightBits: < 6 } => "More weight bits in this layer, or retraining, would help first.",
        { ActivationBits: < 6 } => "More activation bits in this layer would help first.",
        _ => "",
    };

    private static string Chart(CompilationReport report, LayerReport worst)
    {
        LayerReport[] layers = [.. report.Layers];
        double top = layers.SelectMany(l => new[] { l.OwnRelativeL2Error, l.RelativeL2Error })
            .Where(e => e is { } value && double.IsFinite(value)).Select(e => e!.Value).DefaultIfEmpty(0).Max();
        double limit = NiceLimit(top);
        double slot = (Width - Left - Right) / layers.Length;
        double plot = Height - Top - Bottom;
        double Y(double error) => Top + (plot * (1 - Math.Min(double.IsNaN(error) ? limit : error, limit) / limit));

        var svg = new StringBuilder();
        svg.AppendLine($"<svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" aria-label=\"Relative L2 error of each layer\">");
        int intervals = Intervals(limit);
        for (int i = 0; i <= intervals; i++)
        {
            double y = Y(limit * i / intervals);
            svg.AppendLine($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Svg(y)}\" y2=\"{Svg(y)}\"/>"
                + $"<text class=\"tick\" x=\"{Left - 6}\" y=\"{Svg(y + 4)}\" "
                    + $"text-anchor=\"end\">{Percent(limit * i / intervals, limit < 0.02 ? 2 : limit < 0.2 ? 1 : 0)}</text>");
        }

        double bar = Math.Min(slot * 0.6, 90);
        // Names fit under a few layers only; a deep network is labelled by the numbers of the table below.
        bool names = slot >= 76;
        int labelEvery = names ? 1 : (int)Math.Ceiling(24 / slot);
        var line = new List<string>();
        for (int i = 0; i < layers.Length; i++)
        {
            LayerReport layer = layers[i];
            double centre = Left + (slot * (i + 0.5));
            if (layer.OwnRelativeL2Error is { } own)
            {
                double y = Y(own);
                svg.AppendLine($"<rect class=\"own{(layer == worst ? " worst" : "")}\" x=\"{Svg(centre - (bar / 2))}\" y=\"{Svg(y)}\" "
                    + $"width=\"{Svg(bar)}\" height=\"{Svg(Height - Bottom - y)}\" rx=\"2\">"
                    + $"<title>{Escape(layer.Name)}: {Percent(own)} alone, {Percent(layer.RelativeL2Error ?? double.NaN)} in the "
                        + $"network</title></rect>");
            }

            if (layer.RelativeL2Error is { } all) line.Add($"{Svg(centre)},{Svg(Y(all))}");
            if (i % labelEvery == 0)
                svg.AppendLine($"<text class=\"tick\" x=\"{Svg(centre)}\" y=\"{Height - 8}\" "
                    + $"text-anchor=\"middle\">{(names ? Escape(Shorten(layer.Name, (int)(slot / 7))) : i + 1)}</text>");
        }

        svg.AppendLine($"<polyline class=\"all\" points=\"{string.Join(' ', line)}\"/>");
        foreach (string point in line)
        {
            int comma = point.IndexOf(',', StringComparison.Ordinal);
            svg.AppendLine($"<circle class=\"all\" cx=\"{point[..comma]}\" cy=\"{point[(comma + 1)..]}\" r=\"3\"/>");
        }

        return svg.Append("</svg>").ToString();
    }

    // ONNX exporters name nodes by path: they differ at the end.
    private static string Shorten(string name, int characters) =>
        name.Length <= Math.Max(characters, 4) ? name : "…" + name[^Math.Max(characters - 1, 3)..];

    private static int Intervals(double limit) =>
        Math.Round(limit / Math.Pow(10, Math.Floor(Math.Log10(limit * (1 + 1e-9))))) is 1 or 5 ? 5 : 4;

    /// <summary>The smallest 1, 2, 4, 5 or 8 times a power of ten that is not below the value.</summary>
    private static double NiceLimit(double value)
    {
        if (value <= 0) return 0.01;
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        foreach (double step in (ReadOnlySpan<double>)[1, 2, 4, 5, 8])
            if (value <= step * power * (1 + 1e-9)) return step * power;
        return 10 * power;
    }
}
