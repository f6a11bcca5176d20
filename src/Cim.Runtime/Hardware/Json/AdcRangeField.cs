using System.Text.Json;

namespace Cim.Runtime.Hardware.Json;

/// <summary>The ADC range: the name of a policy, or <c>[low, high]</c>.</summary>
internal sealed class AdcRangeField(string meaning) : ProfileField("adcRange", meaning)
{
    private const double LargestLimit = 1e12;

    public override string Unit => "";

    public override string Range => "full, calibrated, granular or [low, high] with low < high, both from -1e12 to 1e12";

    public override HardwareProfile Read(HardwareProfile profile, JsonElement value, string? unit)
    {
        RefuseUnit(unit);
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 2
            && value[0].ValueKind == JsonValueKind.Number && value[1].ValueKind == JsonValueKind.Number
            && value[0].TryGetDouble(out double low) && value[1].TryGetDouble(out double high)
            && low < high && Math.Abs(low) <= LargestLimit && Math.Abs(high) <= LargestLimit)
            return profile with { AdcRange = new AdcRange(AdcRangePolicy.Fixed, low, high) };
        AdcRangePolicy? policy = value.ValueKind != JsonValueKind.String ? null : value.GetString() switch
        {
            "full" => AdcRangePolicy.Full,
            "calibrated" => AdcRangePolicy.Calibrated,
            "granular" => AdcRangePolicy.Granular,
            _ => null,
        };
        return policy is { } p ? profile with { AdcRange = new AdcRange(p) } : throw Impossible(value);
    }

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("anyOf");
        writer.WriteStartObject();
        writer.WriteStartArray("enum");
        foreach (string policy in new[] { "full", "calibrated", "granular" }) writer.WriteStringValue(policy);
        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteStartObject();
        writer.WriteString("type", "array");
        writer.WriteStartObject("items");
        writer.WriteString("type", "number");
        writer.WriteEndObject();
        writer.WriteNumber("minItems", 2);
        writer.WriteNumber("maxItems", 2);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    public override void Write(Utf8JsonWriter writer, HardwareProfile profile)
    {
        if (profile.AdcRange.Policy == AdcRangePolicy.Fixed)
        {
            writer.WriteStartArray();
            writer.WriteNumberValue(profile.AdcRange.Low);
            writer.WriteNumberValue(profile.AdcRange.High);
            writer.WriteEndArray();
            return;
        }

        writer.WriteStringValue(profile.AdcRange.Policy switch
        {
            AdcRangePolicy.Full => "full",
            AdcRangePolicy.Granular => "granular",
            _ => "calibrated",
        });
    }
}
