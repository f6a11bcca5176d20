using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Cim.Runtime.Hardware.Json;

/// <summary>
/// One field of a hardware profile: its JSON name (<c>group.member</c> inside an object), meaning, unit and range, and how it
/// is read and written. <see cref="ProfileFields.All"/> is the one table that the reader, the writer, the validation and
/// docs/hardware-profiles.md are made from.
/// </summary>
internal abstract class ProfileField(string name, string meaning)
{
    public string Name { get; } = name;

    public string Meaning { get; } = meaning;

    /// <summary>True if a file without <c>base</c> has to state it.</summary>
    public bool IsRequired { get; init; }

    /// <summary>True if files leave it out where it has its default: profiles from before the field keep their bytes.</summary>
    public bool IsOmittedByDefault { get; init; }

    /// <summary>True if it describes what surrounds the arrays: schedules count it, results of a compilation do not depend on it.</summary>
    public bool IsOfChip { get; init; }

    /// <summary>The unit of a bare number, for documentation.</summary>
    public abstract string Unit { get; }

    /// <summary>The allowed values, for documentation and messages.</summary>
    public abstract string Range { get; }

    /// <summary>Reads a value (the <c>value</c> member if the field was written as an object).</summary>
    /// <exception cref="FieldException">The unit or the value is not allowed.</exception>
    public abstract HardwareProfile Read(HardwareProfile profile, JsonElement value, string? unit);

    /// <summary>Writes the value in the bare unit; null is never written.</summary>
    public abstract void Write(Utf8JsonWriter writer, HardwareProfile profile);

    /// <summary>True if the value is an object by itself, so that <c>{"value": ...}</c> is the only long form.</summary>
    public virtual bool ValueIsObject => false;

    protected FieldException Impossible(JsonElement value) =>
        new(ErrorCodes.ImpossibleProfileValue, $"'{Name}' is {Shorten(value)}; allowed is {Range}");

    protected void RefuseUnit(string? unit)
    {
        if (unit is not (null or "1" or "bit" or "bits"))
            throw new FieldException(ErrorCodes.WrongProfileUnit, $"'{Name}' has no unit, but the file gives '{unit}'");
    }

    /// <summary>A whole number however it is written: 64, 64.0, 6.4e1.</summary>
    internal static bool TryWhole(JsonElement value, out int whole)
    {
        whole = 0;
        if (value.ValueKind != JsonValueKind.Number) return false;
        if (value.TryGetInt32(out whole)) return true;
        if (!value.TryGetDouble(out double number) || number != Math.Floor(number) || Math.Abs(number) > int.MaxValue) return false;
        whole = (int)number;
        return true;
    }

    private static string Shorten(JsonElement value)
    {
        string text = value.GetRawText();
        return text.Length <= 60 ? text : text[..57] + "...";
    }
}

/// <summary>A problem of one field; the reader adds file and position.</summary>
internal sealed class FieldException(string code, string message) : Exception(message)
{
    public string Code { get; } = code;
}

/// <summary>A whole number.</summary>
internal sealed class CountField(
    string name, int minimum, int maximum, Func<HardwareProfile, int> get, Func<HardwareProfile, int, HardwareProfile> set, string meaning)
    : ProfileField(name, meaning)
{
    public override string Unit => "";

    public override string Range => $"{minimum} to {maximum}";

    public override HardwareProfile Read(HardwareProfile profile, JsonElement value, string? unit)
    {
        RefuseUnit(unit);
        return TryWhole(value, out int n) && n >= minimum && n <= maximum
            ? set(profile, n)
            : throw Impossible(value);
    }

    public override void Write(Utf8JsonWriter writer, HardwareProfile profile) => writer.WriteNumberValue(get(profile));
}

/// <summary>A number with a physical dimension.</summary>
internal sealed class QuantityField(
    string name, Dimension dimension, double minimum, double maximum,
    Func<HardwareProfile, double> get, Func<HardwareProfile, double, HardwareProfile> set, string meaning)
    : ProfileField(name, meaning)
{
    public override string Unit => dimension.BareUnit;

    public override string Range => string.Create(CultureInfo.InvariantCulture,
        $"{minimum} to {maximum}{(dimension == Dimension.Fraction ? "" : " " + dimension.BareUnit)}");

    public override HardwareProfile Read(HardwareProfile profile, JsonElement value, string? unit) =>
        set(profile, ReadQuantity(this, dimension, minimum, maximum, value, unit));

    public override void Write(Utf8JsonWriter writer, HardwareProfile profile) => writer.WriteNumberValue(get(profile));

    public static double ReadQuantity(
        ProfileField field, Dimension dimension, double minimum, double maximum, JsonElement value, string? unit)
    {
        if (value.ValueKind != JsonValueKind.Number)
            throw new FieldException(ErrorCodes.ImpossibleProfileValue, $"'{field.Name}' is not a number; allowed is {field.Range}");
        if (!dimension.TryConvert(value.GetRawText(), unit, out double number))
            throw new FieldException(ErrorCodes.WrongProfileUnit,
                $"'{field.Name}' has the unit '{unit}'; allowed is one of {string.Join(", ", dimension.Units)}");
        return double.IsFinite(number) && number >= minimum && number <= maximum
            ? number
            : throw new FieldException(ErrorCodes.ImpossibleProfileValue,
                $"'{field.Name}' is {value.GetRawText()}{(unit is null ? "" : " " + unit)}; allowed is {field.Range}");
    }
}

/// <summary>True or false.</summary>
internal sealed class FlagField(
    string name, Func<HardwareProfile, bool> get, Func<HardwareProfile, bool, HardwareProfile> set, string meaning)
    : ProfileField(name, meaning)
{
    public override string Unit => "";

    public override string Range => "true or false";

    public override HardwareProfile Read(HardwareProfile profile, JsonElement value, string? unit)
    {
        RefuseUnit(unit);
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? set(profile, value.GetBoolean()) : throw Impossible(value);
    }

    public override void Write(Utf8JsonWriter writer, HardwareProfile profile) => writer.WriteBooleanValue(get(profile));
}

/// <summary>One of a few names.</summary>
internal sealed class ChoiceField<T>(
    string name, ImmutableArray<(string Text, T Value)> choices,
    Func<HardwareProfile, T> get, Func<HardwareProfile, T, HardwareProfile> set, string meaning)
    : ProfileField(name, meaning) where T : notnull
{
    public override string Unit => "";

    public override string Range => "one of " + string.Join(", ", choices.Select(c => c.Text));

    public override HardwareProfile Read(HardwareProfile profile, JsonElement value, string? unit)
    {
        RefuseUnit(unit);
        if (value.ValueKind == JsonValueKind.String)
            foreach ((string text, T choice) in choices)
                if (value.ValueEquals(text)) return set(profile, choice);
        throw Impossible(value);
    }

    public override void Write(Utf8JsonWriter writer, HardwareProfile profile) =>
        writer.WriteStringValue(choices.First(c => c.Value.Equals(get(profile))).Text);
}

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
