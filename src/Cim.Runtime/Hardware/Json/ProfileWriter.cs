using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Cim.Runtime.Hardware.Json;

/// <summary>Writes a profile in full (no base, bare units), so that reading it back gives the same profile and the same bytes.</summary>
internal static class ProfileWriter
{
    /// <summary>Writes the members of a profile into an object the caller has started.</summary>
    public static void WriteMembers(Utf8JsonWriter writer, HardwareProfile profile)
    {
        writer.WriteString("name", profile.Name);
        writer.WriteString("description", profile.Description);
        string? openGroup = null;
        foreach (ProfileField field in ProfileFields.All)
        {
            if (field.IsOmittedByDefault && IsDefault(field, profile)) continue;
            int dot = field.Name.IndexOf('.', StringComparison.Ordinal);
            string? group = dot < 0 ? null : field.Name[..dot];
            if (group != openGroup)
            {
                if (openGroup is not null) writer.WriteEndObject();
                if (group is not null)
                {
                    writer.WriteStartObject(group);
                    if (profile.Sources.TryGetValue(group, out string? source)) writer.WriteString("source", source);
                }

                openGroup = group;
            }

            WriteField(writer, field, field.Name[(dot + 1)..], profile);
        }

        if (openGroup is not null) writer.WriteEndObject();
    }

    /// <summary>The value of a field as it stands in a file, without quotes.</summary>
    public static string ValueText(ProfileField field, HardwareProfile profile)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream)) field.Write(writer, profile);
        return Encoding.UTF8.GetString(stream.ToArray()).Trim('"');
    }

    /// <summary>The whole document as UTF-8, indented, LF.</summary>
    public static byte[] ToUtf8(HardwareProfile profile)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(
            stream, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("schema", 1);
            WriteMembers(writer, profile);
            writer.WriteEndObject();
        }

        stream.WriteByte((byte)'\n');
        return [.. stream.ToArray().Where(b => b != (byte)'\r')];
    }

    /// <summary>True if a profile that nobody stated anything of has the same value.</summary>
    private static bool IsDefault(ProfileField field, HardwareProfile profile) =>
        ValueText(field, profile) == ValueText(field, ProfileReader.Blank());

    private static void WriteField(Utf8JsonWriter writer, ProfileField field, string name, HardwareProfile profile)
    {
        bool groupHasSource = field.Name.Length > name.Length && profile.Sources.ContainsKey(field.Name[..^(name.Length + 1)]);
        if (!profile.Sources.TryGetValue(field.Name, out string? source) && !groupHasSource) source = "default";
        writer.WriteStartObject(name);
        writer.WritePropertyName("value");
        field.Write(writer, profile);
        if (field.Unit.Length > 0) writer.WriteString("unit", field.Unit);
        if (source is not null) writer.WriteString("source", source);
        writer.WriteEndObject();
    }
}
