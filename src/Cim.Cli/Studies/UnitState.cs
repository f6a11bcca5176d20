namespace Cim.Cli.Studies;

/// <summary>Where a unit of a study is.</summary>
internal enum UnitState
{
    /// <summary>It has no result, and nobody is known to compute it.</summary>
    Missing,

    /// <summary>It is in a queue.</summary>
    Waiting,

    /// <summary>It is being computed.</summary>
    Running,

    /// <summary>It ended without a result.</summary>
    Failed,

    /// <summary>It has a result.</summary>
    Done,
}
