using System.Text.Json;
using Cim.Runtime.Diagnostics;

namespace Cim.Compiler.Scheduling;

/// <summary>
/// A timeline as the trace events that chrome://tracing and ui.perfetto.dev read: a thread for each core, a complete event for each time
/// a layer works there. Microseconds, as the format has it.
/// </summary>
internal static class TraceFile
{
    private const double NsPerMicrosecond = 1000;

    /// <summary>Writes the file.</summary>
    public static void Write(string path, Schedule schedule)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteString("displayTimeUnit", "ns");
            writer.WriteStartArray("traceEvents");
            foreach (int core in schedule.Timeline.Select(t => t.Core).Distinct().Order()) Name(writer, core);
            foreach (TimelineEntry entry in schedule.Timeline) Event(writer, entry);
            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        AtomicFile.Write(path, file => file.Write(stream.ToArray()));
    }

    private static void Name(Utf8JsonWriter writer, int core)
    {
        writer.WriteStartObject();
        writer.WriteString("ph", "M");
        writer.WriteString("name", "thread_name");
        writer.WriteNumber("pid", 0);
        writer.WriteNumber("tid", core);
        writer.WriteStartObject("args");
        writer.WriteString("name", $"core {core}");
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void Event(Utf8JsonWriter writer, TimelineEntry entry)
    {
        writer.WriteStartObject();
        writer.WriteString("ph", "X");
        writer.WriteString("name", entry.Name);
        writer.WriteNumber("pid", 0);
        writer.WriteNumber("tid", entry.Core);
        writer.WriteNumber("ts", entry.StartNs / NsPerMicrosecond);
        writer.WriteNumber("dur", (entry.EndNs - entry.StartNs) / NsPerMicrosecond);
        writer.WriteEndObject();
    }
}
