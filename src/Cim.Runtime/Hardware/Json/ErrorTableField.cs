using System.Text.Json;

namespace Cim.Runtime.Hardware.Json;

/// <summary>A table of programming errors: <c>[[conductance, sigma], ...]</c> in siemens, or CSV text with one pair a line.</summary>
internal sealed class ErrorTableField(string name, string meaning) : ProfileField(name, meaning)
{
    public override string Unit => "S";

    public override string Range => "at least one pair of non-negative numbers, conductances ascending";

    public override HardwareProfile Read(HardwareProfile profile, JsonElement value, string? unit)
    {
        List<(double, double)> rows = [];
        double scale = unit switch
        {
            null or "S" => 1,
            "mS" => 1e-3,
            "uS" => 1e-6,
            "nS" => 1e-9,
            _ => throw new FieldException(ErrorCodes.WrongProfileUnit, $"'{Name}' has the unit '{unit}'; allowed is one of S, mS, uS, nS"),
        };
        if (value.ValueKind == JsonValueKind.String)
        {
            foreach (string line in value.GetString()!.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                string[] cells = line.Split(',');
                if (cells.Length != 2 || !Parse(cells[0], out double g) || !Parse(cells[1], out double sigma)) throw Impossible(value);
                rows.Add((g * scale, sigma * scale));
            }
        }
        else
        {
            if (value.ValueKind != JsonValueKind.Array) throw Impossible(value);
            foreach (JsonElement pair in value.EnumerateArray())
            {
                if (pair.ValueKind != JsonValueKind.Array || pair.GetArrayLength() != 2
                    || pair[0].ValueKind != JsonValueKind.Number || pair[1].ValueKind != JsonValueKind.Number)
                    throw Impossible(value);
                rows.Add((pair[0].GetDouble() * scale, pair[1].GetDouble() * scale));
            }
        }
        for (int i = 0; i < rows.Count; i++)
        {
            if (rows[i].Item1 < 0 || rows[i].Item2 < 0 || (i > 0 && rows[i].Item1 <= rows[i - 1].Item1)) throw Impossible(value);
        }
        return profile with { ProgrammingError = profile.ProgrammingError with { Table = rows } };
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

    private static bool Parse(string text, out double value) =>
        double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out value) && double.IsFinite(value);
}
