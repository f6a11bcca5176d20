using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Cim.Runtime.Telemetry;

/// <summary>
/// What tools for tracing and metrics can listen to, under the name <c>Cim.Runtime</c>; docs/runtime.md lists it. Nobody listening
/// costs a test of two fields a run.
/// </summary>
internal static class ModelTelemetry
{
    /// <summary>The name of the source of activities and of the meter.</summary>
    public const string Name = "Cim.Runtime";

    private static readonly string _version = typeof(ModelTelemetry).Assembly.GetName().Version!.ToString(3);
    private static readonly ActivitySource _source = new(Name, _version);
    private static readonly Meter _meter = new(Name, _version);

    private static readonly Histogram<double> _load =
        _meter.CreateHistogram<double>("cim.load.duration", "s", "Time to read and verify a compiled model.");

    private static readonly Histogram<double> _preparation =
        _meter.CreateHistogram<double>("cim.prepare.duration", "s", "Time to program the arrays for a fidelity and seed.");

    private static readonly Histogram<double> _run =
        _meter.CreateHistogram<double>("cim.run.duration", "s", "Time of one run, whatever the number of samples.");

    private static readonly Counter<long> _samples = _meter.CreateCounter<long>("cim.run.samples", "{sample}", "Samples that were run.");

    /// <summary>A model is being loaded.</summary>
    public static Measurement Load() => Start("cim.load", _load);

    /// <summary>The arrays are being programmed.</summary>
    public static Measurement Prepare(Fidelity fidelity, ulong seed)
    {
        Measurement measurement = Start("cim.prepare", _preparation);
        if (measurement.IsActive) measurement.Tag("cim.fidelity", TextOf(fidelity)).Tag("cim.seed", (long)seed);
        return measurement;
    }

    /// <summary>Samples are being run.</summary>
    public static Measurement Run(string model, Fidelity fidelity, int samples)
    {
        Measurement measurement = Start("cim.run", _run, _samples, samples);
        if (measurement.IsActive) measurement.Tag("cim.model", model).Tag("cim.fidelity", TextOf(fidelity)).Tag("cim.samples", samples);
        return measurement;
    }

    private static Measurement Start(string name, Histogram<double> duration, Counter<long>? counter = null, long amount = 0)
    {
        bool measures = duration.Enabled || counter is { Enabled: true };
        return measures || _source.HasListeners()
            ? new Measurement(_source.StartActivity(name), duration, counter, amount)
            : default;
    }

    private static string TextOf(Fidelity fidelity) => fidelity switch
    {
        Fidelity.Exact => "exact",
        Fidelity.Adc => "adc",
        Fidelity.Device => "device",
        _ => "circuit",
    };
}
