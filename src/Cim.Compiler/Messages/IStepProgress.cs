namespace Cim.Compiler.Messages;

/// <summary>Counts the parts of a long step, for <see cref="Heartbeat"/>; safe for several threads at once.</summary>
internal interface IStepProgress
{
    /// <summary>So many parts are done.</summary>
    /// <param name="done">Parts done.</param>
    /// <param name="total">All parts.</param>
    void At(int done, int total);
}

/// <summary>Where nobody watches.</summary>
internal sealed class NoStepProgress : IStepProgress
{
    /// <summary>The only one.</summary>
    public static NoStepProgress Instance { get; } = new();

    /// <inheritdoc/>
    public void At(int done, int total)
    {
    }
}
