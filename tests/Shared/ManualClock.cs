namespace Cim.Tests.Shared;

/// <summary>A clock that stands still until it is moved on; timers fire while it is.</summary>
internal sealed class ManualClock : TimeProvider
{
    private readonly List<ManualTimer> _timers = [];
    private TimeSpan _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state)) { Due = After(dueTime), Period = period };
        _timers.Add(timer);
        return timer;
    }

    /// <summary>Moves on, in steps of a tenth of a second.</summary>
    public void Advance(double seconds)
    {
        for (TimeSpan end = _now + TimeSpan.FromSeconds(seconds); _now < end;)
        {
            _now += TimeSpan.FromSeconds(0.1);
            foreach (ManualTimer timer in _timers.ToArray()) timer.FireIfDue(_now);
        }
    }

    private TimeSpan After(TimeSpan time) => time == Timeout.InfiniteTimeSpan ? TimeSpan.MaxValue : _now + time;

    private sealed class ManualTimer(ManualClock clock, Action fire) : ITimer
    {
        public TimeSpan Due { get; set; }

        public TimeSpan Period { get; set; }

        public void FireIfDue(TimeSpan now)
        {
            if (now < Due) return;
            Due = clock.After(Period);
            fire();
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            (Due, Period) = (clock.After(dueTime), period);
            return true;
        }

        public void Dispose() => clock._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
