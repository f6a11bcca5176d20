namespace Cim.Compiler.Pipeline;

/// <summary>
/// One stage of a compilation: takes the state and returns a new one. It decides nothing about when it runs, and calls no other stage;
/// progress, cancellation, time, verification, dumps and lock files are the <see cref="StageRunner"/>'s.
/// </summary>
internal interface ICompileStage
{
    /// <summary>One word, as it stands in the times and in the names of dumps.</summary>
    string Name { get; }

    /// <summary>What of a lock file stands for this stage's result.</summary>
    LockedPart LockedBy => LockedPart.Nothing;

    /// <summary>False if the stage has nothing to do for these options and this state.</summary>
    bool AppliesTo(CompileState state, CompileContext context) => true;

    /// <summary>The line that says that the stage begins; null = none.</summary>
    string? Announcement(CompileState state, CompileContext context) => null;

    /// <summary>Does the work.</summary>
    /// <exception cref="CimException">Any problem with the inputs, or a missed budget.</exception>
    CompileState Run(CompileState state, CompileContext context);
}

/// <summary>What of a lock file stands for the result of a stage.</summary>
internal enum LockedPart
{
    /// <summary>The stage runs whatever is locked.</summary>
    Nothing,

    /// <summary>Locked precisions stand for it.</summary>
    Precisions,

    /// <summary>A locked network stands for it.</summary>
    Network,
}
