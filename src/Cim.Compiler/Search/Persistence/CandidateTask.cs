namespace Cim.Compiler.Search.Persistence;

/// <summary>What a search has to know of a candidate, and another process may find out.</summary>
/// <param name="Name">By what the trial log knows the result.</param>
/// <param name="Choices">The candidate, if it is to be trained for a short time: one choice a layer; null = its widths are
/// measured.</param>
internal sealed record CandidateTask(string Name, IReadOnlyList<int>? Choices = null);

/// <summary>What was found out of a candidate.</summary>
/// <param name="Name">By what the trial log knows it.</param>
/// <param name="Measured">Divergence, loss, budget and the least of it; null if it was trained.</param>
/// <param name="Trained">The score of its training; null if it was not trained, or there was no time for it.</param>
internal sealed record CandidateResult(string Name, double[]? Measured, TrainedScore? Trained);

/// <summary>A search that leaves candidates to other processes cannot go on before their results are in its log.</summary>
internal sealed class SearchRoundException : Exception
{
    /// <summary>Nothing is to be found out.</summary>
    public SearchRoundException()
    {
    }

    /// <summary>Nothing is to be found out.</summary>
    public SearchRoundException(string message) : base(message)
    {
    }

    /// <summary>Nothing is to be found out.</summary>
    public SearchRoundException(string message, Exception cause) : base(message, cause)
    {
    }

    /// <param name="tasks">What is to be found out, in order.</param>
    public SearchRoundException(IReadOnlyList<CandidateTask> tasks)
        : base("The search waits for candidates that other processes measure.") => Tasks = tasks;

    /// <summary>What is to be found out.</summary>
    public IReadOnlyList<CandidateTask> Tasks { get; } = [];
}
