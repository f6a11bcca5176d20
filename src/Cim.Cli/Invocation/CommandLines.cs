using System.CommandLine;

namespace Cim.Cli.Invocation;

/// <summary>Parses command lines. Commands share their options, which learn their rules anew each time: one line after the other.</summary>
internal static class CommandLines
{
    private static readonly Lock _gate = new();

    /// <summary>Parses with commands that are made for it.</summary>
    public static ParseResult Parse(Func<RootCommand> commands, string[] args)
    {
        lock (_gate) return commands().Parse(args);
    }

    /// <summary>Parses a further line with the same commands.</summary>
    public static ParseResult Parse(RootCommand commands, string[] args)
    {
        lock (_gate) return commands.Parse(args);
    }
}
