using System.Text;

namespace Cim.Compiler.Reporting;

/// <summary>Writes <c>report.json</c> and <c>report.html</c>, each complete or not at all.</summary>
internal static class ReportWriter
{
    public const string JsonFileName = "report.json";
    public const string HtmlFileName = "report.html";

    /// <summary>Writes both files into <paramref name="directory"/>, which is created if need be.</summary>
    /// <returns>The full path of the HTML file.</returns>
    /// <exception cref="IOException">The directory or a file cannot be written.</exception>
    public static string Write(CompilationReport report, string directory)
    {
        string folder = Path.GetFullPath(directory);
        Directory.CreateDirectory(folder);
        Replace(Path.Combine(folder, JsonFileName), ReportJson.Serialize(report));
        string html = Path.Combine(folder, HtmlFileName);
        Replace(html, Html.HtmlReport.Render(report));
        return html;
    }

    private static void Replace(string path, string text)
    {
        // The process id keeps two builds of one folder apart; the last rename wins with a complete file.
        string temporary = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllText(temporary, text, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
