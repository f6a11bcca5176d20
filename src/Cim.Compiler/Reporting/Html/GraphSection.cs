using Cim.Compiler.Reporting.Plots;

namespace Cim.Compiler.Reporting.Html;

/// <summary>The network as it was imported.</summary>
internal static class GraphSection
{
    public static string Render(CompilationReport report) => report.Nodes.IsDefaultOrEmpty ? "" : $"""
        <section aria-labelledby="network">
        <h2 id="network">Network</h2>
        <p class="sub">{HtmlText.Count(report.Nodes.Length)} operators with the shapes of their results; those in colour are layers on
        crossbars and lead to their figures.</p>
        {Tall.Scroll("Operators and their shapes", GraphSvg.Render(report), "scroll tall")}
        </section>
        """;
}
