using System.Text;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>What variation-aware quantization chose, and the share of correct output codes it predicts.</summary>
internal static class VariationSection
{
    public static string Render(CompilationReport report)
    {
        var rows = new StringBuilder();
        foreach (LayerReport layer in report.Layers)
        {
            if (layer.Variation is not { } v) continue;
            string output = v.OutputBits is { } bits ? $"{bits} bits" : "real";
            rows.AppendLine($"""
                <tr{(v.Aligned ? "" : " class=\"worst\"")}><th scope="row">{Name(layer.Name)}</th><td>{output}</td>
                <td>{layer.WeightBits}</td>
                <td>{Escape(v.ColumnGroups?.Replace(";", " ", StringComparison.Ordinal) ?? string.Join(" + ", v.SliceBits))}</td>
                <td>{(v.RowsPerTile == 0 ? "array" : Count(v.RowsPerTile))}</td><td>{(layer.AdcBits == 0 ? "∞" : layer.AdcBits)}</td>
                <td>{Percent(v.Equal, 2)}</td><td>{Percent(v.WithinOne, 3)}</td><td>{Percent(v.Harmless, 3)}</td></tr>
                """);
        }

        return rows.Length == 0 ? "" : $"""
            <section>
            <h2>Output codes and variation</h2>
            <p class="sub">Predicted over chips for the output codes of a layer that reads noise-free ones;
            marked where the error stays under half of the last retained bit less often than asked.</p>
            <div class="scroll" tabindex="0" role="region" aria-label="Output codes of layers"><table class="layers">
            <thead><tr><th>layer</th><th>output</th><th>weight bits</th>
            <th>bits of a slice<small>least significant first</small></th><th>rows of a tile</th><th>ADC bits</th>
            <th>codes right</th><th>within one</th><th>under half a bit</th></tr></thead>
            <tbody>
            {rows}</tbody>
            </table></div>
            </section>
            """;
    }
}
