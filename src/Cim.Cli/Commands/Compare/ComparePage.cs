using System.Globalization;
using System.Text;
using Cim.Compiler.Reporting;
using Cim.Compiler.Reporting.Html;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Cli.Commands.Compare;

/// <summary>Two compilations side by side on one page.</summary>
internal static class ComparePage
{
    // Figures of which less is better; of all others more is.
    private static readonly string[] _costs = ["latency", "energy", "area", "arrays", "weight memory", "error"];

    /// <summary>The page.</summary>
    public static string Render(CompilationReport a, CompilationReport b)
    {
        var comparison = new Comparison(a, b);
        string names = $"{Escape(a.Model.Name)} on {Escape(a.Hardware.Name)} and {Escape(b.Model.Name)} on {Escape(b.Hardware.Name)}";
        return HtmlReport.Page($"{names} · two compilations", $"""
            <header><h1>Two compilations</h1><p class="lead">A: {Title(a)}. B: {Title(b)}.</p></header>
            {Warnings("A", comparison.WarningsOnlyInA)}{Warnings("B", comparison.WarningsOnlyInB)}
            {Figures(comparison)}
            {Setup(comparison)}
            {Layers(comparison)}
            """);
    }

    private static string Title(CompilationReport report) =>
        $"<code>{Escape(report.Model.File)}</code> on {Escape(report.Hardware.Name)}, {Escape(report.Fidelity ?? "no accuracy measured")}";

    private static string Warnings(string of, IEnumerable<string> warnings) => string.Concat(warnings.Select(w =>
        $"<p class=\"notice warning\"><b>{of} alone</b> {Escape(w)}</p>\n"));

    private static string Figures(Comparison comparison)
    {
        var rows = new StringBuilder();
        foreach (ComparedFigure f in comparison.Figures.Where(f => f.A is not null || f.B is not null))
            rows.AppendLine($"<tr><th scope=\"row\">{Escape(f.Name)}{(f.Unit.Length == 0 ? "" : $", {Escape(f.Unit)}")}</th>"
                + $"<td>{Value(f.A)}</td><td>{Value(f.B)}</td><td>{Difference(f)}</td><td>{Ratio(f)}</td></tr>");
        return Section("figures", "Figures", $"""
            <table class="layers"><thead><tr><th scope="col">figure</th><th scope="col">A</th><th scope="col">B</th>
            <th scope="col">B − A</th><th scope="col">B / A</th></tr></thead>
            <tbody>
            {rows}</tbody></table>
            """);
    }

    private static string Setup(Comparison comparison)
    {
        if (comparison.Setup.IsEmpty) return Section("setup", "Set-up", "<p class=\"sub\">The same in both.</p>");
        string rows = string.Join('\n', comparison.Setup.Select(s =>
            $"<tr><th scope=\"row\">{Escape(s.Name)}</th><td>{Escape(s.A ?? "–")}</td><td>{Escape(s.B ?? "–")}</td></tr>"));
        return Section("setup", "What differs in the set-up", $"""
            <table class="layers"><thead><tr><th scope="col">what</th><th scope="col">A</th><th scope="col">B</th></tr></thead>
            <tbody>
            {rows}
            </tbody></table>
            """);
    }

    private static string Layers(Comparison comparison)
    {
        ComparedLayer[] differing = [.. comparison.Layers.Where(l => l.Differs)];
        int same = comparison.Layers.Length - differing.Length;
        var html = new StringBuilder($"<p class=\"sub\">{Count(differing.Length)} layers differ, {Count(same)} are the same in both.");
        if (!comparison.OnlyInA.IsEmpty) html.Append($" In A alone: {string.Join(", ", comparison.OnlyInA.Select(Name))}.");
        if (!comparison.OnlyInB.IsEmpty) html.Append($" In B alone: {string.Join(", ", comparison.OnlyInB.Select(Name))}.");
        html.AppendLine("</p>");
        if (differing.Length == 0) return Section("layers", "Layers", html.ToString());
        html.AppendLine("<table class=\"layers\"><thead><tr><th scope=\"col\">layer</th><th scope=\"col\">bits W/A/ADC</th>");
        foreach (ComparedFigure f in differing[0].Figures)
            html.Append($"<th scope=\"col\">{Escape(f.Name)}{(f.Unit.Length == 0 ? "" : $", {Escape(f.Unit)}")}</th>");
        html.AppendLine("</tr></thead>\n<tbody>");
        foreach (ComparedLayer layer in differing)
        {
            html.Append($"<tr><th scope=\"row\">{Name(layer.Name)}</th><td>{Change(Escape(layer.BitsA), Escape(layer.BitsB))}</td>");
            foreach (ComparedFigure f in layer.Figures)
                html.Append($"<td>{Change(Value(f.A), Value(f.B))}<small>{(f.Differs ? Ratio(f) : "")}</small></td>");
            html.AppendLine("</tr>");
        }

        return Section("layers", "Layers", html.Append("</tbody></table>").ToString());
    }

    private static string Section(string id, string title, string html) =>
        $"<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{title}</h2>\n{Tall.Scroll($"{title}, as a table", html)}\n</section>";

    private static string Change(string a, string b) => a == b ? a : $"{a} → {b}";

    private static string Difference(ComparedFigure f) => f.Difference is not { } d ? Missing
        : d == 0 ? "0" : $"<span class=\"chip {Tone(f, d)}\">{(d > 0 ? "+" : "")}{Value(d)}</span>";

    private static string Ratio(ComparedFigure f) => f.Ratio is { } ratio
        ? ratio.ToString("0.000", CultureInfo.InvariantCulture) + "×" : Missing;

    private static string Tone(ComparedFigure f, double difference) =>
        difference < 0 == _costs.Any(cost => f.Name.StartsWith(cost, StringComparison.Ordinal)) ? "good" : "bad";

    private static string Value(double? value) => value switch
    {
        null => Missing,
        { } v when Math.Abs(v) >= 1000 => v.ToString("#,0", CultureInfo.InvariantCulture),
        { } v => v.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
