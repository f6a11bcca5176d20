using Cim.Cli.Invocation;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim report --json</c> prints.</summary>
internal sealed class ReportDocument(string page) : JsonResult
{
    public string Page => page;
}
