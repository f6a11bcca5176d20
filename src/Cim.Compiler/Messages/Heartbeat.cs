namespace Cim.Compiler.Messages;

/// <summary>
/// Passes progress lines on, and repeats what is being done when a second has passed without one: with the time, and how many parts of it
/// are done. So no work is silent, whatever it is and however little it reports of itself.
/// </summary>
internal sealed class Heartbeat : IProgress<string>, IStepProgress, IDisposable
{
    /// <summary>The longest silence.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly IProgress<string> _lines;
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly Func<string> _left;
    private ITimer? _timer;
    private long _last;
    private string _doing = "";
    private (int Done, int Total) _parts;

    /// <summary>Starts to watch.</summary>
    /// <param name="lines">Gets the lines, one at a time.</param>
    /// <param name="clock">Measures time.</param>
    /// <param name="left">The time left, in words; empty if it is not known.</param>
    public Heartbeat(IProgress<string> lines, TimeProvider clock, Func<string>? left = null)
    {
        (_lines, _clock, _start, _left) = (lines, clock, clock.GetTimestamp(), left ?? (() => ""));
        _last = _start;
    }

    /// <summary>Begins to repeat; until <see cref="Dispose"/>.</summary>
    public void Start() => _timer ??= _clock.CreateTimer(_ => Beat(), null, Interval, Interval / 4);

    /// <summary>Announces a step with the time.</summary>
    public void Announce(string step)
    {
        lock (_lock)
        {
            Begin(step);
            _lines.Report(Timed(step));
        }
    }

    /// <summary>Passes a line on.</summary>
    public void Report(string value)
    {
        lock (_lock)
        {
            Begin(value);
            _lines.Report(value);
        }
    }

    /// <inheritdoc/>
    public void At(int done, int total)
    {
        lock (_lock) _parts = (Math.Max(done, total == _parts.Total ? _parts.Done : 0), total);
    }

    /// <summary>Stops repeating; no line comes afterwards.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _timer?.Dispose();
            _timer = null;
        }
    }

    private void Begin(string what) => (_doing, _parts, _last) = (what, default, _clock.GetTimestamp());

    private void Beat()
    {
        lock (_lock)
        {
            if (_timer is null || _doing.Length == 0 || _clock.GetElapsedTime(_last) < Interval) return;
            _last = _clock.GetTimestamp();
            _lines.Report(Timed(_parts.Total > 0 ? FormattableString.Invariant($"{_doing}: {_parts.Done} of {_parts.Total}") : _doing));
        }
    }

    private string Timed(string line)
    {
        string left = _left();
        string time = FormattableString.Invariant($"{_clock.GetElapsedTime(_start).TotalSeconds,6:F1} s");
        return $"[{time}{(left.Length > 0 ? ", " : "")}{left}] {line}";
    }
}
