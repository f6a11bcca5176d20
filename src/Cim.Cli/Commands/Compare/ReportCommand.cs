using System.CommandLine;
using System.Text;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Compiler.Reporting;
using Cim.Compiler.Reporting.Files;
using Cim.Compiler.Reporting.Html;
using Cim.Runtime;
using Cim.Runtime.Diagnostics;
using Spectre.Console;

namespace Cim.Cli.Commands.Compare;

/// <summary><c>cim report DIR|M.cim [OTHER]</c>: the page of a compilation, or of two side by side.</summary>
internal static class ReportCommand
{
    private const string Compared = "compare.html";

    private static readonly Argument<string> _of = new("report")
    {
        Description = "A report (its folder, or its report.json), or a compiled model (.cim), of which the page has what the file says.",
    };

    private static readonly Argument<string?> _other = new("other")
    {
        Description = "Another one: the page then has both side by side, with their differences.", Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> _output = new("--output", "-o")
    {
        Description = $"The page. Default: {ReportWriter.HtmlFileName}, of two {Compared}, in the folder of the first.",
    };

    /// <summary>The command.</summary>
    public static Command Create() =>
        new Command("report", "Writes the page of a compilation, or of two side by side.") { _of, _other, _output }
            .Does((parsed, context) =>
            {
                string first = parsed.GetRequiredValue(_of);
                string? second = parsed.GetValue(_other);
                string page = parsed.GetValue(_output) ?? Path.Combine(FolderOf(first), second is null ? DefaultName(first) : Compared);
                new CommandFiles().Reads("the report", FileOf(first)).Reads("the other report", second is null ? null : FileOf(second))
                    .Writes("--output", page).Check();
                CompilationReport report = ReportFile.Read(first);
                string html = second is null
                    ? HtmlReport.Render(report)
                    : ComparePage.Render(report, ReportFile.Read(second));
                AtomicFile.Write(page, stream => stream.Write(Encoding.UTF8.GetBytes(html)));
                context.WriteResult(new ReportDocument(page), CliJson.Relaxed.ReportDocument, text => text.WriteLine($"written {page}"));
            });

    private static string FileOf(string path) => Directory.Exists(path) ? Path.Combine(path, ReportWriter.JsonFileName) : path;

    private static string FolderOf(string path) => Directory.Exists(path) ? path : Path.GetDirectoryName(path) ?? "";

    private static string DefaultName(string path) => ReportFile.IsCompiledModel(path)
        ? Path.GetFileNameWithoutExtension(path) + "." + ReportWriter.HtmlFileName
        : ReportWriter.HtmlFileName;
}
