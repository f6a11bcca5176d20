using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Cim.Runtime.Telemetry;

/// <summary>One operation that is traced and timed from its creation until it is disposed. The default does nothing.</summary>
internal struct Measurement : IDisposable
{
    private readonly Activity? _activity;
    private readonly Histogram<double>? _duration;
    private readonly Counter<long>? _counter;
    private readonly long _amount;
    private readonly long _start;
    private TagList _tags;
    private bool _failed;

    public Measurement(Activity? activity, Histogram<double> duration, Counter<long>? counter, long amount)
    {
        (_activity, _duration, _counter, _amount) = (activity, duration, counter, amount);
        _start = Stopwatch.GetTimestamp();
    }

    /// <summary>False if nobody listens.</summary>
    public readonly bool IsActive => _duration is not null;

    /// <summary>A fact about the operation, on the activity; texts are also a dimension of the metrics.</summary>
    public Measurement Tag(string key, object value)
    {
        _activity?.SetTag(key, value);
        if (value is string) _tags.Add(key, value);
        return this;
    }

    /// <summary>The operation failed.</summary>
    public void Fail(Exception e)
    {
        if (!IsActive) return;
        _failed = true;
        _activity?.SetStatus(ActivityStatusCode.Error, e.Message);
        Tag("error.type", e is CimException cim ? cim.Code : e.GetType().Name);
    }

    /// <summary>The operation has ended.</summary>
    public readonly void Dispose()
    {
        if (!IsActive) return;
        _duration!.Record(Stopwatch.GetElapsedTime(_start).TotalSeconds, _tags);
        if (!_failed) _counter?.Add(_amount, _tags);
        _activity?.Dispose();
    }
}
