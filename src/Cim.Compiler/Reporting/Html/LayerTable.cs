using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>All figures of all layers.</summary>
internal static class LayerTable
{
    public static string Render(CompilationReport report)
    {
        LayerReport? worst = WorstLayer.Find(report.Layers);
        var rows = new StringBuilder();
        for (int i = 0; i < report.Layers.Length; i++) rows.AppendLine(Row(i + 1, report.Layers[i], report.Layers[i] == worst));
        return $"""
            <section aria-labelledby="layers">
            <h2 id="layers">Layers</h2>
            <div class="scroll" tabindex="0" role="region" aria-label="Figures of all layers"><table class="layers">
            <thead><tr><th scope="col">#</th><th scope="col">layer</th><th scope="col">matrix<small>input → output</small></th>
            <th scope="col">MVMs</th><th scope="col">bits<small>W/A/ADC</small></th>
            <th scope="col">arrays</th>
            <th scope="col">utilisation</th><th scope="col">error</th><th scope="col">own error</th><th scope="col">cosine</th>
            <th scope="col">ADC saturated</th><th scope="col">latency</th><th scope="col">energy</th>
            <th scope="col">conversions</th></tr></thead>
            <tbody>
            {rows}</tbody>
            </table></div>
            </section>
            """;
    }

    private static string Row(int number, LayerReport layer, bool worst)
    {
        string kind = layer.Kernel.IsEmpty ? layer.Operator : $"{layer.Operator} {Shape(layer.Kernel)}";
        string matrix = $"{Count(layer.Rows)}×{Count(layer.Columns)}{(layer.Groups > 1 ? $" ×{Count(layer.Groups)}" : "")}";
        string used = Svg(Math.Clamp(layer.Utilisation, 0, 1) * 100);
        return $"""
            <tr id="layer-{number}"{(worst ? " class=\"worst\"" : "")}><td>{number}</td>
            <th scope="row">{Name(layer.Name)}<small>{Escape(kind)}</small></th>
            <td>{matrix}<small>{Sample(layer.InputShape)} → {Sample(layer.OutputShape)}</small></td><td>{Count(layer.Mvms)}</td>
            <td>{Widths(layer)}/{layer.ActivationBits}/{(layer.AdcBits == 0 ? "∞" : layer.AdcBits)}</td>
            <td>{Count(layer.Arrays)}{Merged(layer)}</td>
            <td><span class="meter"><i style="width:{used}%"></i></span>{Percent(layer.Utilisation, 0)}</td>
            <td>{Percent(layer.RelativeL2Error)}</td><td>{Percent(layer.OwnRelativeL2Error)}</td>
            <td>{layer.Cosine?.ToString("F5", CultureInfo.InvariantCulture) ?? Missing}</td><td>{Percent(layer.AdcSaturation)}</td>
            <td>{Latency(layer.LatencyNs)}</td><td>{Energy(layer.EnergyPj)}</td><td>{Count(layer.AdcConversions)}</td></tr>
            """;
    }

    private static string Merged(LayerReport layer) =>
        layer.Merged is { } merged ? $"<small>{Percent(merged.Saved, 0)} of cells shared</small>" : "";

    private static string Widths(LayerReport layer) =>
        layer.Strips is { IsDefaultOrEmpty: false } strips ? $"{strips[^1].Bits}…{strips[0].Bits}" : $"{layer.WeightBits}";

    // A matrix layer that is used once per sample has one position, which says nothing.
    private static string Sample(ImmutableArray<int> shape) => Shape(shape is [1, int values] ? [values] : shape);
}
