using System.Globalization;
using System.Text.Json.Serialization;

namespace Cim.Bench.Wild;

/// <summary>How a file fared.</summary>
internal enum WildOutcome
{
    /// <summary>Compiled.</summary>
    Compiled,

    /// <summary>Refused with one complete message that has a code.</summary>
    Refused,

    /// <summary>Ended without such a message, or by a signal.</summary>
    Crashed,

    /// <summary>Not done within the limit.</summary>
    TimedOut,
}

/// <summary>One file's line of the table.</summary>
internal sealed record WildRow
{
    /// <summary>The path below the folder.</summary>
    public required string File { get; init; }

    public required WildOutcome Outcome { get; init; }

    /// <summary>The error's code.</summary>
    public string Code { get; init; } = "";

    /// <summary>The whole message of what was not compiled.</summary>
    public string Message { get; init; } = "";

    /// <summary>The operator that is not supported, the first of several.</summary>
    public string MissingOperator { get; init; } = "";

    /// <summary>Time of the compilation.</summary>
    public double Seconds { get; init; }

    /// <summary>Time of processors in it, which other work on the machine changes less.</summary>
    public double CpuSeconds { get; init; }

    /// <summary>Largest resident memory of the compilation.</summary>
    public double PeakMegabytes { get; init; }

    /// <summary>Over all outputs of the samples held out, against ONNX Runtime with the file as it is; null if not compared.</summary>
    public double? Cosine { get; init; }

    /// <summary>The share of the samples held out whose largest score is the same one; null for outputs that are no scores.</summary>
    public double? TopOne { get; init; }

    /// <summary>The file of samples, or that they are random.</summary>
    public string Data { get; init; } = "";

    /// <summary>Sizes that were filled in.</summary>
    public string Dims { get; init; } = "";

    /// <summary>Why nothing was compared.</summary>
    public string Note { get; init; } = "";

    public static string[] Columns { get; } =
        ["file", "outcome", "code", "missing operator", "seconds", "CPU s", "MB", "cosine", "top-1", "data", "dims", "message"];

    /// <summary>The cells, in the order of <see cref="Columns"/>.</summary>
    [JsonIgnore]
    public string[] Cells =>
    [
        File, Outcome.ToString().ToLowerInvariant(), Code, MissingOperator, Number(Seconds, "F1"), Number(CpuSeconds, "F1"),
        Number(PeakMegabytes, "F0"),
        Number(Cosine, "F4"), Number(100 * TopOne, "F1"), Data, Dims, Message.Length > 0 ? Message : Note,
    ];

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}

/// <summary>How rows are stored.</summary>
[JsonSerializable(typeof(WildRow))]
internal sealed partial class WildJson : JsonSerializerContext;
