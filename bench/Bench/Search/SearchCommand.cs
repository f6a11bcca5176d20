using System.CommandLine;

namespace Cim.Bench.Search;

/// <summary><c>bench search</c>: what searching a precision policy gains.</summary>
internal sealed class SearchCommand : Command
{
    public SearchCommand()
        : base("search", "What does searching the bits of layers and strips gain, before and after training?")
    {
        Subcommands.Add(new CompareCommand());
        Subcommands.Add(new TrainedCommand());
        Subcommands.Add(new StripsCommand());
    }
}
