using System.Collections.Immutable;

namespace Cim.Cli.Commands.Studies;

/// <summary>How this program is started by others.</summary>
internal static class CimCommand
{
    /// <summary>The program, and its library where it is started by <c>dotnet</c>.</summary>
    public static ImmutableArray<string> Arguments
    {
        get
        {
            string process = Environment.ProcessPath!, library = Path.Combine(AppContext.BaseDirectory, "cim.dll");
            return Path.GetFileNameWithoutExtension(process) == "cim" ? [process] : [process, library];
        }
    }
}
