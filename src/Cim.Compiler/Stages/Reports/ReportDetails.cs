using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;

namespace Cim.Compiler.Stages.Reports;

/// <summary>What readers of a report explore beside its figures.</summary>
internal static class ReportDetails
{
    /// <summary>The report with the network, what a search measured, the command, and histograms.</summary>
    public static CompilationReport Add(CompilationReport report, CompileState state, CompileContext context) => report with
    {
        Nodes = NodeReports.Of(state.Imported!, report.Layers.Select(l => l.Name)),
        Search = SearchReports.Of(state, context.Options),
        Repeat = RepeatReports.Of(context.Options, state.Quantized.Method, context.Hardware),
        Layers = DistributionReports.Add(report.Layers, state, context),
    };
}
