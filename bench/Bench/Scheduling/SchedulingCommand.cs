using System.CommandLine;
using Cim.Bench.Common;

namespace Cim.Bench.Scheduling;

/// <summary><c>bench schedule</c>: networks on the cores of chips over time.</summary>
internal sealed class SchedulingCommand : Command
{
    public SchedulingCommand()
        : base("schedule", "How fast are networks on whole chips, and what limits them?")
    {
        Add(new CopiesCommand());
        Add(new LargeNetworksCommand());
        Add(new BuffersCommand());
    }
}
