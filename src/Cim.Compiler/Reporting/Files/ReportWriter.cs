using System.Text;
using Cim.Runtime.Diagnostics;

namespace Cim.Compiler.Reporting.Files;

/// <summary>Writes <c>report.json</c> and <c>report.html</c>, each complete or not at all.</summary>
internal static class ReportWriter
{
    public const string JsonFileName = "report.json";
    public const string HtmlFileName = "report.html";

    /// <summary>Writes both files into <paramref name="directory"/>, which is created if need be.</summary>
    /// <returns>The full path of the HTML file.</returns>
    /// <exception cref="Cim.Runtime.CimException">CIM0008: the directory or a file cannot be written.</exception>
    public static string Write(CompilationReport report, string directory)
    {
        string folder = Path.GetFullPath(directory), html = Path.Combine(folder, HtmlFileName);
        AtomicFile.Write(Path.Combine(folder, JsonFileName), stream => stream.Write(Encoding.UTF8.GetBytes(ReportJson.Serialize(report))));
        AtomicFile.Write(html, stream => stream.Write(Encoding.UTF8.GetBytes(Html.HtmlReport.Render(report))));
        return html;
    }
}
