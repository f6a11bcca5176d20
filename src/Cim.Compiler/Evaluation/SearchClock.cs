using System.Diagnostics;

namespace Cim.Compiler.Evaluation;

/// <summary>The time a search may take, from its construction on. Only decides when a search ends, never what it tries.</summary>
/// <param name="budget">Null = no limit.</param>
internal sealed class SearchClock(TimeSpan? budget)
{
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private TimeSpan _firstEvaluation;

    public TimeSpan Elapsed => _time.Elapsed;

    public bool IsOver => budget is { } limit && _time.Elapsed >= limit;

    /// <summary>What is probably left after some evaluations, or the rest of the budget if that is less.</summary>
    public TimeSpan Left(int done, int evaluations)
    {
        TimeSpan now = _time.Elapsed;
        if (done <= 1) _firstEvaluation = now;
        TimeSpan expected = done <= 1 ? now * evaluations : (now - _firstEvaluation) * ((evaluations - done) / (done - 1.0));
        return budget is { } limit && limit - now < expected ? TimeSpan.FromTicks(Math.Max(0, (limit - now).Ticks)) : expected;
    }
}
