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

    /// <summary>The members of a JSON schema (2020-12) that a value in the bare unit fits.</summary>
    public abstract void WriteSchema(Utf8JsonWriter writer);

    /// <summary>The units a value may be in; empty if it has none.</summary>
    public virtual IEnumerable<string> Units => [];

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

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "integer");
        writer.WriteNumber("minimum", minimum);
        writer.WriteNumber("maximum", maximum);
    }
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

    public override IEnumerable<string> Units => dimension.Units;

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteString("type", "number");
        writer.WriteNumber("minimum", minimum);
        writer.WriteNumber("maximum", maximum);
    }

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

    public override void WriteSchema(Utf8JsonWriter writer) => writer.WriteString("type", "boolean");
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

    public override void WriteSchema(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("enum");
        foreach ((string text, _) in choices) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
