using System.Text.Json;
using Cim.Runtime.Diagnostics;

namespace Cim.Runtime.Hardware.Json;

/// <summary>
/// A table of programming errors: <c>[[conductance, sigma], ...]</c> in siemens, the same as CSV text with one pair a line, or
/// the path of a CSV file relative to the profile.
/// </summary>
internal sealed class ErrorTableField(string name, string meaning) : ProfileField(name, meaning)
{
    public override string Unit => "S";

    public override string Range => "at least one pair of non-negative numbers, conductances ascending";

    public override HardwareProfile Read(HardwareProfile profile, JsonElement value, string? unit) => Read(profile, value, unit, null);

    /// <param name="profile">The profile so far.</param>
    /// <param name="value">Pairs, CSV text or a path.</param>
    /// <param name="unit">Of both columns; null = S.</param>
    /// <param name="directory">Where a relative path starts; null = files are not allowed.</param>
    /// <param name="opened">Called with the path of a file before it is read.</param>
    /// <exception cref="FieldException">CIM2004, CIM2005, CIM2008.</exception>
    public HardwareProfile Read(HardwareProfile profile, JsonElement value, string? unit, string? directory, Action<string>? opened = null)
    {
        double scale = unit switch
        {
            null or "S" => 1,
            "mS" => 1e-3,
            "uS" or "µS" => 1e-6,
            "nS" => 1e-9,
            _ => throw new FieldException(ErrorCodes.WrongProfileUnit, $"'{Name}' has the unit '{unit}'; allowed is one of S, mS, uS, nS"),
        };
        IReadOnlyList<(double, double)> rows = value.ValueKind switch
        {
            JsonValueKind.String => Text(value.GetString()!, directory, opened),
            JsonValueKind.Array => Pairs(value),
            _ => throw Impossible(value),
        };
        return profile with
        {
            ProgrammingError = profile.ProgrammingError with { Table = [.. rows.Select(r => (r.Item1 * scale, r.Item2 * scale))] },
        };
    }

    public override IEnumerable<string> Units => ["S", "mS", "uS", "nS"];

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("type");
        writer.WriteStringValue("string");
        writer.WriteStringValue("array");
        writer.WriteEndArray();
        writer.WriteNumber("minItems", 1);
        writer.WriteStartObject("items");
        writer.WriteString("type", "array");
        writer.WriteStartObject("items");
        writer.WriteString("type", "number");
        writer.WriteNumber("minimum", 0);
        writer.WriteEndObject();
        writer.WriteNumber("minItems", 2);
        writer.WriteNumber("maxItems", 2);
        writer.WriteEndObject();
    }

    public override void Write(Utf8JsonWriter writer, HardwareProfile profile)
    {
        writer.WriteStartArray();
        foreach ((double g, double sigma) in profile.ProgrammingError.Table)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(g);
            writer.WriteNumberValue(sigma);
            writer.WriteEndArray();
        }
        writer.WriteEndArray();
    }

    private List<(double, double)> Pairs(JsonElement value)
    {
        List<(double, double)> rows = [];
        foreach (JsonElement pair in value.EnumerateArray())
        {
            if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2
                || pair[0].ValueKind != JsonValueKind.Number || pair[1].ValueKind != JsonValueKind.Number)
                throw Impossible(value);
            (double g, double sigma) = (pair[0].GetDouble(), pair[1].GetDouble());
            if (!double.IsFinite(g) || !double.IsFinite(sigma) || g < 0 || sigma < 0 || (rows.Count > 0 && g <= rows[^1].Item1))
                throw Impossible(value);
            rows.Add((g, sigma));
        }
        return rows;
    }

    // Text of more than one line is the table itself, else it is where to find it.
    private IReadOnlyList<(double, double)> Text(string text, string? directory, Action<string>? opened)
    {
        if (text.Contains('\n', StringComparison.Ordinal)) return ErrorTableCsv.Parse(Name, "the text", text);
        if (directory is null || text.Length == 0)
            throw new FieldException(ErrorCodes.InvalidErrorTable,
                $"'{Name}' is '{text}', which is no file that can be read here; allowed is {Range}, or the path of a CSV file");
        try
        {
            string path = Path.GetFullPath(text, Path.GetFullPath(directory));
            opened?.Invoke(path);
            FileFacts.RefuseSpecial(path);
            return ErrorTableCsv.Parse(Name, Path.GetFileName(path), File.ReadAllText(path));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new FieldException(ErrorCodes.InvalidErrorTable,
                $"'{Name}' names the file '{text}', which cannot be read ({e.Message.TrimEnd('.')}); a relative path starts at the folder "
                    + $"of the profile");
        }
    }
}
