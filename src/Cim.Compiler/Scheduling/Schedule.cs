using System.Collections.Immutable;

namespace Cim.Compiler.Scheduling;

/// <summary>A network on the cores of a chip over time.</summary>
internal sealed record Schedule
{
    /// <summary>Name of the hardware.</summary>
    public required string Hardware { get; init; }

    /// <summary>Arrays of one copy of each layer.</summary>
    public required long ArraysOnce { get; init; }

    /// <summary>Arrays there are: those that are used, or with extra arrays all of them.</summary>
    public required long Arrays { get; init; }

    /// <summary>Arrays that hold a copy of a layer.</summary>
    public required long ArraysUsed { get; init; }

    /// <summary>Products an array with word lines for a row tile computes: for each output position one per row tile.</summary>
    public required long ArrayActivations { get; init; }

    /// <summary>Nanoseconds of one copy of each layer, one layer after the other: the sum of the layers' times.</summary>
    public required double SerialNs { get; init; }

    /// <summary>Nanoseconds of the schedule, all images.</summary>
    public required double MakespanNs { get; init; }

    /// <summary>How much faster than layer by layer.</summary>
    public double Speedup => SerialNs * Images / MakespanNs;

    /// <summary>Time of arrays at work divided by the time of all <see cref="Arrays"/>.</summary>
    public required double Utilisation { get; init; }

    /// <summary>Images a second when one follows the other.</summary>
    public required double ThroughputPerSecond { get; init; }

    /// <summary>Images of the schedule.</summary>
    public required int Images { get; init; }

    /// <summary>Most bytes of rows that wait for a consumer at one time.</summary>
    public required long BufferBytes { get; init; }

    /// <summary>Bytes of rows that had to wait beside the chip, because every stage waited for a full buffer.</summary>
    public long SpilledBytes { get; init; }

    /// <summary>Bytes of rows that had to wait in the buffer that all cores share.</summary>
    public long SharedBufferBytes { get; init; }

    /// <summary>Energy of an inference.</summary>
    public required ScheduleEnergy Energy { get; init; }

    /// <summary>The parts of a network that is larger than the chip, which are programmed one after the other; empty if it fits.</summary>
    public ImmutableArray<SchedulePart> Parts { get; init; } = [];

    /// <summary>The layers.</summary>
    public required ImmutableArray<ScheduledLayer> Layers { get; init; }

    /// <summary>What each core does when.</summary>
    public required ImmutableArray<TimelineEntry> Timeline { get; init; }

    /// <summary>The slot of each core on the chip.</summary>
    public IReadOnlyList<int> Slots { get; init; } = [];

    /// <summary>Arrays of a core.</summary>
    public int ArraysPerCore { get; init; } = 1;

    /// <summary>Slots of all chips.</summary>
    public int GridCores { get; init; }

    /// <summary>What no schedule with these copies can be faster than, and what holds this one up.</summary>
    public required ScheduleBound Bound { get; init; }

    /// <summary>What costs time or energy on a chip and is not counted here.</summary>
    public required ImmutableArray<string> NotModelled { get; init; }
}

/// <summary>A layer of a schedule.</summary>
/// <param name="Name">The node's name.</param>
/// <param name="Copies">Sets of arrays that hold it.</param>
/// <param name="Arrays">Arrays of one copy.</param>
/// <param name="RowTiles">Row tiles of one copy.</param>
/// <param name="Products">Products of an inference.</param>
internal sealed record ScheduledLayer(string Name, long Copies, long Arrays, long RowTiles, long Products)
{
    /// <summary>Products that are computed at once: more than copies where several copies lie in one set of arrays.</summary>
    public required long AtOnce { get; init; }

    /// <summary>Reads of each of its arrays in an inference.</summary>
    public required double ReadsPerArray { get; init; }

    /// <summary>Nanoseconds its arrays compute for an image.</summary>
    public required double BusyNs { get; init; }

    /// <summary>When its first product starts.</summary>
    public required double StartNs { get; init; }

    /// <summary>When its last row exists.</summary>
    public required double EndNs { get; init; }

    /// <summary>The first core that holds it.</summary>
    public required int FirstCore { get; init; }

    /// <summary>How many cores hold it.</summary>
    public required int Cores { get; init; }
}

/// <summary>A core at work.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Core">The core.</param>
/// <param name="StartNs">From.</param>
/// <param name="EndNs">To.</param>
internal readonly record struct TimelineEntry(string Name, int Core, double StartNs, double EndNs);

/// <summary>What limits a schedule.</summary>
/// <param name="LatencyNs">A lower bound of its time.</param>
/// <param name="LimitedBy">layer, converters, dependencies, digital, network, buffer, cores (that layers share), memory (beside
/// the chip) or programming.</param>
/// <param name="Name">The slowest layer.</param>
internal sealed record ScheduleBound(double LatencyNs, string LimitedBy, string Name)
{
    /// <summary>The layer whose next copy shortens the schedule most for an array; null if none does.</summary>
    public NextCopy? Next { get; init; }

    /// <summary>The schedule if one part of the chip held nothing up: what more of it would buy at most.</summary>
    public ImmutableArray<Relief> Without { get; init; } = [];
}

/// <summary>A schedule on a chip of which one part holds nothing up.</summary>
/// <param name="Name">buffer, cores, network, digital or memory.</param>
/// <param name="MakespanNs">Nanoseconds of the schedule.</param>
internal sealed record Relief(string Name, double MakespanNs);

/// <summary>What more arrays would buy.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Arrays">Arrays of its next copy.</param>
/// <param name="MakespanNs">Nanoseconds of the schedule with it.</param>
/// <param name="ThroughputPerSecond">Images a second with it.</param>
internal sealed record NextCopy(string Name, long Arrays, double MakespanNs, double ThroughputPerSecond);

/// <summary>A part of a network that is larger than the chip.</summary>
/// <param name="First">Its first layer.</param>
/// <param name="Layers">How many layers it has.</param>
/// <param name="Arrays">Arrays that are programmed for it.</param>
/// <param name="StartNs">When programming starts.</param>
/// <param name="ProgrammingNs">Nanoseconds of programming.</param>
/// <param name="LoadingNs">Nanoseconds of loading what other parts have left beside the chip.</param>
/// <param name="ComputingNs">Nanoseconds of computing, all images.</param>
internal sealed record SchedulePart(
    string First, int Layers, long Arrays, double StartNs, double ProgrammingNs, double LoadingNs, double ComputingNs);
