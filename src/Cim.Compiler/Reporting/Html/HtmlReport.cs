using System.Reflection;
using static Cim.Compiler.Reporting.Html.HtmlText;

namespace Cim.Compiler.Reporting.Html;

/// <summary>The page: one file, no script, no network, light and dark.</summary>
internal static class HtmlReport
{
    public static string Render(CompilationReport report) => $"""
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{Escape(report.Model.Name)} on {Escape(report.Hardware.Name)} · compilation report</title>
        <style>
        {Style()}
        </style>
        </head>
        <body>
        <main>
        {SummarySection.Render(report)}
        {ErrorSection.Render(report)}
        {CostSection.Render(report)}
        {ScheduleSection.Render(report)}
        {LayerTable.Render(report)}
        {VariationSection.Render(report)}
        {SetupSection.Render(report)}
        </main>
        </body>
        </html>

        """;

    private static string Style()
    {
        using Stream stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Cim.Compiler.Reporting.report.css")
            ?? throw new InvalidOperationException("The style sheet is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Trim();
    }
}
