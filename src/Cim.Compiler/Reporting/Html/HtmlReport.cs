using System.Reflection;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>The page: one file, no network, light and dark; its script only sorts tables, and all is there without it.</summary>
internal static class HtmlReport
{
    /// <summary>The page of a compilation.</summary>
    public static string Render(CompilationReport report) => Page(
        $"{Escape(report.Model.Name)} on {Escape(report.Hardware.Name)} · compilation report", $"""
        {SummarySection.Render(report)}
        {ErrorSection.Render(report)}
        {CostSection.Render(report)}
        {SearchSection.Render(report)}
        {ScheduleSection.Render(report)}
        {LayerTable.Render(report)}
        {VariationSection.Render(report)}
        {DistributionSection.Render(report)}
        {GraphSection.Render(report)}
        {SetupSection.Render(report)}
        """);

    /// <summary>A page of this look.</summary>
    /// <param name="title">Its title, escaped.</param>
    /// <param name="main">What it shows.</param>
    public static string Page(string title, string main) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{title}</title>
        <style>
        {Resource("report.css")}
        </style>
        </head>
        <body>
        <main>
        {main}
        </main>
        <script>
        {Resource("report.js")}
        </script>
        </body>
        </html>

        """;

    /// <summary>A file that stands in the page.</summary>
    public static string Resource(string name)
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"Cim.Compiler.Reporting.{name}")
            ?? throw new InvalidOperationException($"{name} is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim();
    }
}
