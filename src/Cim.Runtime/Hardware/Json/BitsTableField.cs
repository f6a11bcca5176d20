using System.Globalization;
using System.Text.Json;

namespace Cim.Runtime.Hardware.Json;

/// <summary>A figure by ADC bits: an object <c>{"4": 0.79, "5": 0.99}</c>, or a number that holds for every width.</summary>
internal sealed class BitsTableField(
    string name, Dimension dimension,
    Func<HardwareProfile, IReadOnlyDictionary<int, double>> get,
    Func<HardwareProfile, IReadOnlyDictionary<int, double>, HardwareProfile> set, string meaning)
    : ProfileField(name, meaning)
{
    private const double Maximum = 1e9;

    public override string Unit => dimension.BareUnit;

    public override string Range => $"a number from 0 to {Maximum} {dimension.BareUnit}, or an object of such numbers by bits 1 to 16";

    public override bool ValueIsObject => true;

    public override IEnumerable<string> Units => dimension.Units;

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("type");
        writer.WriteStringValue("number");
        writer.WriteStringValue("object");
        writer.WriteEndArray();
        writer.WriteNumber("minimum", 0);
        writer.WriteStartObject("patternProperties");
        writer.WriteStartObject("^([1-9]|1[0-6])$");
        writer.WriteString("type", "number");
        writer.WriteNumber("minimum", 0);
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.WriteBoolean("additionalProperties", false);
    }

    public override HardwareProfile Read(HardwareProfile profile, JsonElement value, string? unit)
    {
        var table = new SortedDictionary<int, double>();
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty entry in value.EnumerateObject())
                table[int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int bits) && bits is >= 1 and <= 16
                    ? bits
                    : throw Impossible(value)] = QuantityField.ReadQuantity(this, dimension, 0, Maximum, entry.Value, unit);
        }
        else
        {
            double number = QuantityField.ReadQuantity(this, dimension, 0, Maximum, value, unit);
            table[profile.AdcBits == 0 ? 8 : profile.AdcBits] = number;
        }

        return set(profile, table);
    }

    public override void Write(Utf8JsonWriter writer, HardwareProfile profile)
    {
        writer.WriteStartObject();
        foreach ((int bits, double figure) in get(profile).OrderBy(e => e.Key))
            writer.WriteNumber(bits.ToString(CultureInfo.InvariantCulture), figure);
        writer.WriteEndObject();
    }
}
