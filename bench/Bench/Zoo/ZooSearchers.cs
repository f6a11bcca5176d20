using Cim.Compiler.Search.Searchers;
using Cim.Compiler.Search.Space;

namespace Cim.Bench.Zoo;

/// <summary>The searchers of the product, and variants of <c>rl</c> that show what its parts are worth.</summary>
internal static class ZooSearchers
{
    /// <summary>Names for options. <c>exact</c> is <c>rl</c> without its agent: the same start, the same improvement.</summary>
    public static string[] Names { get; } =
        ["rl", "exact", "evolutionary", "random", "rl-without-replay", "rl-without-recombination"];

    /// <summary>Whether the seed changes anything.</summary>
    public static bool IsRandom(string name) => name != "exact";

    /// <summary>A searcher.</summary>
    public static IPolicySearcher Of(string name) => name switch
    {
        "rl-without-replay" => new RlSearcher { Replays = false },
        "rl-without-recombination" => new RlSearcher { Recombines = false },
        _ => PolicySearchers.Create(name),
    };
}
