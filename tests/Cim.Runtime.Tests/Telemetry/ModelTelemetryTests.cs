using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Cim.Runtime.Format;
using Cim.Runtime.Model;
using Cim.Runtime.Tests.Testing;

namespace Cim.Runtime.Tests.Telemetry;

public sealed class ModelTelemetryTests
{
    // Tests run at once in one process, so each listens to a model name of its own.
    private readonly string _name = Guid.NewGuid().ToString("N");

    private byte[] File()
    {
        CompiledModel compiled = TestPrograms.Compile(TestPrograms.Convolutional());
        using var stream = new MemoryStream();
        ModelWriter.Write(stream, compiled with { Info = compiled.Info with { Name = _name } });
        return stream.ToArray();
    }

    [Fact]
    public void Load_preparation_and_runs_are_activities_with_their_facts()
    {
        var seen = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Cim.Runtime",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = seen.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        using CimModel model = CimModel.Load(File());
        using var parent = new Activity("test");
        parent.Start();
        model.Run(new float[2 * 432], new float[20], new RunOptions { Fidelity = Fidelity.Adc, Seed = 77 });
        Assert.Throws<CimException>(() => model.Run(Enumerable.Repeat(float.NaN, 432).ToArray(), new float[10]));
        parent.Stop();

        Assert.Equal(ActivityKind.Internal, Own("cim.load").Single().Kind);
        Activity[] runs = Own("cim.run");
        Assert.Equal(2, runs.Length);
        Assert.Equal("adc", runs[0].GetTagItem("cim.fidelity"));
        Assert.Equal(2, runs[0].GetTagItem("cim.samples"));
        Assert.Equal(ActivityStatusCode.Unset, runs[0].Status);
        Assert.Equal((ActivityStatusCode.Error, ErrorCodes.NonFiniteInput), (runs[1].Status, runs[1].GetTagItem("error.type")));
        Activity prepared = seen.Single(a => a.OperationName == "cim.prepare" && a.ParentSpanId == runs[0].SpanId);
        Assert.Equal(("adc", 77L), (prepared.GetTagItem("cim.fidelity"), prepared.GetTagItem("cim.seed")));

        Activity[] Own(string name) =>
            [.. seen.Where(a => a.OperationName == name && (string?)a.GetTagItem("cim.model") == _name)];
    }

    [Fact]
    public void Durations_and_samples_are_measured_with_units()
    {
        var seen = new ConcurrentQueue<(string Name, string? Unit, double Value)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Name == "Cim.Runtime") self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        using CimModel model = CimModel.Load(File());
        model.Run(new float[3 * 432], new float[30]);
        Assert.Throws<CimException>(() => model.Run(Enumerable.Repeat(float.NaN, 432).ToArray(), new float[10]));

        Assert.Equal(1, seen.Count(m => m is ("cim.load.duration", "s", > 0)));
        Assert.Equal(2, seen.Count(m => m is ("cim.run.duration", "s", > 0)));
        Assert.Equal(("cim.run.samples", "{sample}", 3), seen.Single(m => m.Name == "cim.run.samples"));

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            foreach (KeyValuePair<string, object?> tag in tags)
                if (tag is { Key: "cim.model", Value: string name } && name == _name)
                    seen.Enqueue((instrument.Name, instrument.Unit, value));
        }
    }
}
