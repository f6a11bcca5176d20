using System.Text.Json.Serialization;
using Cim.Cli.Invocation;
using Cim.Compiler.Scheduling;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim schedule --json</c> prints.</summary>
internal sealed class ScheduleDocument(Schedule schedule, string? plan) : JsonResult
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Plan => plan;
    public string Hardware => schedule.Hardware;
    public long ArraysOnce => schedule.ArraysOnce;
    public long Arrays => schedule.Arrays;
    public long ArraysUsed => schedule.ArraysUsed;
    public long ArrayActivations => schedule.ArrayActivations;
    public double SerialNs => schedule.SerialNs;
    public double MakespanNs => schedule.MakespanNs;
    public double Speedup => schedule.Speedup;
    public double Utilisation => schedule.Utilisation;
    public double ThroughputPerSecond => schedule.ThroughputPerSecond;
    public int Images => schedule.Images;
    public long BufferBytes => schedule.BufferBytes;
    public long SpilledBytes => schedule.SpilledBytes;
    public long SharedBufferBytes => schedule.SharedBufferBytes;
    public double EnergyPj => schedule.Energy.TotalPj;
    public ScheduleEnergyDocument Energy => new(schedule.Energy);
    public IEnumerable<CopiesDocument> Copies => schedule.Layers.Select(l => new CopiesDocument(l));
    public IEnumerable<ScheduledLayerDocument> Layers => schedule.Layers.Select(l => new ScheduledLayerDocument(l));
    public IEnumerable<TimelineDocument> Timeline => schedule.Timeline.Select(t => new TimelineDocument(t));
    public IEnumerable<SchedulePartDocument> Parts => schedule.Parts.Select(p => new SchedulePartDocument(p));
    public BoundDocument Bound => new(schedule.Bound);
    public IEnumerable<string> NotModelled => schedule.NotModelled;
}

/// <summary>Where the energy of an inference goes.</summary>
internal sealed class ScheduleEnergyDocument(ScheduleEnergy energy)
{
    public double ArraysPj => energy.ArraysPj;
    public double DigitalPj => energy.DigitalPj;
    public double NetworkPj => energy.NetworkPj;
    public double OffChipPj => energy.OffChipPj;
    public double SharedBufferPj => energy.SharedBufferPj;
    public double ChipLinksPj => energy.ChipLinksPj;
    public double ProgrammingPj => energy.ProgrammingPj;
}

/// <summary>Copies of a layer.</summary>
internal sealed class CopiesDocument(ScheduledLayer layer)
{
    public string Name => layer.Name;
    public long Copies => layer.Copies;
    public long AtOnce => layer.AtOnce;
}

/// <summary>A layer of a schedule.</summary>
internal sealed class ScheduledLayerDocument(ScheduledLayer layer)
{
    public string Name => layer.Name;
    public long Arrays => layer.Arrays;
    public long RowTiles => layer.RowTiles;
    public long Products => layer.Products;
    public double ReadsPerArray => layer.ReadsPerArray;
    public double BusyNs => layer.BusyNs;
    public double StartNs => layer.StartNs;
    public double EndNs => layer.EndNs;
    public int FirstCore => layer.FirstCore;
    public int Cores => layer.Cores;
}

/// <summary>A core at work.</summary>
internal sealed class TimelineDocument(TimelineEntry entry)
{
    public string Name => entry.Name;
    public int Core => entry.Core;
    public double StartNs => entry.StartNs;
    public double EndNs => entry.EndNs;
}

/// <summary>What limits a schedule.</summary>
internal sealed class BoundDocument(ScheduleBound bound)
{
    public double LatencyNs => bound.LatencyNs;
    public string LimitedBy => bound.LimitedBy;
    public string Name => bound.Name;
    public NextCopyDocument? Next => bound.Next is { } next ? new(next) : null;
    public IEnumerable<ReliefDocument> Without => bound.Without.Select(r => new ReliefDocument(r));
}

/// <summary>The schedule if one part of the chip held nothing up.</summary>
internal sealed class ReliefDocument(Relief relief)
{
    public string Name => relief.Name;
    public double MakespanNs => relief.MakespanNs;
}

/// <summary>What more arrays would buy.</summary>
internal sealed class NextCopyDocument(NextCopy next)
{
    public string Name => next.Name;
    public long Arrays => next.Arrays;
    public double MakespanNs => next.MakespanNs;
    public double ThroughputPerSecond => next.ThroughputPerSecond;
}

/// <summary>A part of a network that is larger than the chip.</summary>
internal sealed class SchedulePartDocument(SchedulePart part)
{
    public string First => part.First;
    public int Layers => part.Layers;
    public long Arrays => part.Arrays;
    public double StartNs => part.StartNs;
    public double ProgrammingNs => part.ProgrammingNs;
    public double LoadingNs => part.LoadingNs;
    public double ComputingNs => part.ComputingNs;
}
