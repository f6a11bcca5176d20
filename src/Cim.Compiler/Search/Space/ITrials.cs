namespace Cim.Compiler.Search.Space;

/// <summary>Policies whose loss is known.</summary>
internal interface ITrials
{
    /// <summary>All of them, in order.</summary>
    IReadOnlyList<Trial> Trials { get; }

    /// <summary>The cheapest within the budget; null if none is.</summary>
    Trial? Best { get; }

    /// <summary>True if a policy is one of them.</summary>
    bool Knows(ReadOnlySpan<int> policy);
}
