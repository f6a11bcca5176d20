using System.CommandLine;

namespace Cim.Cli.Commands;

/// <summary><c>cim hardware list</c> and <c>cim hardware show H</c>: the hardware profiles with their sources.</summary>
internal static class HardwareCommand
{
    public static Command Create() => new("hardware", "Lists and shows hardware profiles.");
}
