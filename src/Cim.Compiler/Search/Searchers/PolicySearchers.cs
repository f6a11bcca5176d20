using System.Collections.Immutable;
using Cim.Compiler.Search.Space;

namespace Cim.Compiler.Search.Searchers;

/// <summary>The ways to search, by name.</summary>
internal static class PolicySearchers
{
    /// <summary>The names a search can have.</summary>
    public static ImmutableArray<string> Names => ["rl", "exact", "evolutionary", "random", "uniform"];

    /// <summary>A searcher; <c>uniform</c> for a name that is none of these.</summary>
    public static IPolicySearcher Create(string name) => name switch
    {
        "rl" => new RlSearcher(),
        "exact" => new ExactSearcher(),
        "evolutionary" => new EvolutionarySearcher(),
        "random" => new RandomSearcher(),
        _ => new UniformSearcher(),
    };
}
