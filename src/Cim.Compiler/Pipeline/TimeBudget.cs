namespace Cim.Compiler.Pipeline;

/// <summary>
/// The time of a compilation over all its stages: what it may take, what it has taken, and what is probably left. Kept by the
/// <see cref="StageRunner"/>.
/// </summary>
/// <param name="options">The compilation.</param>
/// <param name="seconds">Seconds since it began.</param>
internal sealed class TimeBudget(CompileOptions options, Func<double> seconds)
{
    // Estimates are rough, and a budget is a promise.
    private const double Margin = 1.25;

    // A search gets at least so much of the budget, however long the stages after it seem to take.
    private const double LeastShareOfSearch = 0.3;

    private readonly Lock _lock = new();
    private IReadOnlyList<string> _later = [];
    private string _stage = "";
    private double _stageStart;
    private (double Seconds, double At)? _stageLeft;

    /// <summary>What stages probably take.</summary>
    public StageForecast Forecast { get; } = new(options);

    /// <summary>Seconds of the budget that are left, also below 0; null without a budget.</summary>
    public double? Left => options.Searches && options.SearchMinutes is { } minutes
        ? (60 * minutes) - options.SpentSeconds - seconds() : null;

    /// <summary>Seconds that the stages after the one that runs probably take.</summary>
    public double Later
    {
        get
        {
            lock (_lock) return Forecast.Of(_later);
        }
    }

    /// <summary>Seconds a search that begins now may take; null = as many as it needs.</summary>
    public double? ForSearch => Left is not { } left ? null
        : Math.Max(left - (Margin * Later), LeastShareOfSearch * Math.Min(left, 60 * options.SearchMinutes!.Value));

    /// <summary>A stage begins.</summary>
    /// <param name="stage">Its name.</param>
    /// <param name="later">The names of the stages after it, also of those that another process does.</param>
    public void Begin(string stage, IReadOnlyList<string> later)
    {
        lock (_lock) (_stage, _later, _stageStart, _stageLeft) = (stage, later, seconds(), null);
    }

    /// <summary>The stage has ended.</summary>
    public void End(string stage, double took)
    {
        lock (_lock) Forecast.Finished(stage, took);
    }

    /// <summary>The stage that runs will probably take so much longer, as it reports itself.</summary>
    public void StageLeft(TimeSpan left)
    {
        lock (_lock) _stageLeft = (left.TotalSeconds, seconds());
    }

    /// <summary>
    /// The time left over all stages in words, for a line of progress: <c>about 40 s left</c>, <c>at most 90 s left</c> where only the
    /// budget is known; empty where nothing is.
    /// </summary>
    public string Describe()
    {
        lock (_lock)
        {
            double inStage = seconds() - _stageStart;
            double? stage = _stageLeft is { } reported
                ? Math.Max(reported.Seconds - (seconds() - reported.At), 0)
                : StageForecast.IsOpen(_stage) ? null : Math.Max(Forecast.Of(_stage) - inStage, 0.1 * inStage);
            double? left = Left;
            if (stage is null && _stage == "Search" && left > 0) return $"at most {Rounded(left.Value)} left";
            if (stage is null || !Forecast.IsKnown) return "";
            double sum = stage.Value + Forecast.Of(_later);
            return $"about {Rounded(left is { } limit && limit > 0 ? Math.Min(sum, limit) : sum)} left";
        }
    }

    // Never 0: something is being done.
    private static string Rounded(double value) => FormattableString.Invariant($"{Step(value):F0} s");

    private static double Step(double value) => value switch
    {
        < 5 => Math.Max(1, Math.Ceiling(value)),
        < 60 => 5 * Math.Ceiling(value / 5),
        _ => 10 * Math.Ceiling(value / 10),
    };
}
