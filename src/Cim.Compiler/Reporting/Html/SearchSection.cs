using Cim.Compiler.Reporting.Plots;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>Everything a search measured, cost against loss.</summary>
internal static class SearchSection
{
    private static readonly (string Kind, string Name)[] _kinds =
        [("p-measured", "measured"), ("p-trained", "trained for a short time"), ("p-base", "uniform"), ("p-chosen", "chosen")];

    public static string Render(CompilationReport report) => report.Search is not { Points.IsEmpty: false } search ? "" : $"""
        <section aria-labelledby="search">
        <h2 id="search">What the search measured</h2>
        <p class="sub">{Count(search.Points.Length)} policies of <code>{Escape(search.Searcher)}</code>: {Escape(search.Objective)} relative
        to {Escape(search.RelativeTo)} against estimated loss. The line joins those that no other one beats; losses are drawn up to what
        can be lost.</p>
        {StackedBars.Legend(_kinds)}
        {Tall.Scroll("Policies, cost against loss", SearchSvg.Render(search))}
        </section>
        """;
}
