using System.Text.Json;
using Cim.Compiler.Reporting;
using Cim.Compiler.Reporting.Files;
using Cim.Compiler.Stages.Reports;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;

namespace Cim.Cli.Commands.Compare;

/// <summary>Reads reports, also of compiled models.</summary>
internal static class ReportFile
{
    /// <summary>True for a compiled model.</summary>
    public static bool IsCompiledModel(string path) => Path.GetExtension(path).Equals(".cim", StringComparison.OrdinalIgnoreCase);

    /// <summary>The report of a folder, a <c>report.json</c>, or of what a compiled model says of itself.</summary>
    /// <exception cref="CimException">CIM0001: there is no report; CIM0006: it is none; CIM4001: it is no compiled model.</exception>
    public static CompilationReport Read(string path)
    {
        if (IsCompiledModel(path)) return CompiledModelReport.Of(CompiledModelInspector.Read(path), Path.GetFileName(path));
        string file = Directory.Exists(path) ? Path.Combine(path, ReportWriter.JsonFileName) : path;
        string text = InputFile.ReadText(file, "report", ErrorCodes.InvalidData);
        try
        {
            CompilationReport report = ReportJson.Deserialize(text);
            return report.Schema == CompilationReport.CurrentSchema
                ? report
                : throw new JsonException($"its schema is {report.Schema}, this version reads {CompilationReport.CurrentSchema}");
        }
        catch (JsonException e)
        {
            throw new CimException(ErrorCodes.InvalidData,
                $"The file is no report of a compilation ({e.Message.TrimEnd('.')}). Name the folder of 'cim compile --report', or "
                + "obj/<configuration>/<framework>/cim/<class>.report of a build.", e) { File = file };
        }
    }
}
