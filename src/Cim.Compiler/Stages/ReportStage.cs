using Cim.Compiler.Pipeline;
using Cim.Compiler.Stages.Reports;

namespace Cim.Compiler.Stages;

/// <summary>Afterwards there is a report of what the stages found.</summary>
internal sealed class ReportStage : ICompileStage
{
    public string Name => "Report";

    public CompileState Run(CompileState state, CompileContext context) =>
        state with { Report = ReportBuilder.Build(state, context) };
}
