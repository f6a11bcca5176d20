using System.Globalization;
using System.Text;
using System.Text.Json;
using Cim.Runtime;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Compiler.Sweep;

/// <summary>One field of a profile and the value it is given on the command line: <c>programmingError.sigma=0.02</c>.</summary>
/// <param name="Field">The field's path as in docs/hardware-profiles.md.</param>
/// <param name="Value">The value as written: a number, true, false, a name, or a JSON array.</param>
internal sealed record ProfileSetting(string Field, string Value)
{
    /// <summary>Reads <c>FIELD=VALUE</c>.</summary>
    /// <param name="text">The argument.</param>
    /// <param name="option">The option it belongs to, for messages.</param>
    /// <exception cref="CimException">CIM0010: it is not FIELD=VALUE.</exception>
    public static ProfileSetting Parse(string text, string option)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || equals == text.Length - 1)
            throw new CimException(ErrorCodes.WrongUsage,
                $"{option} is '{text}'; it must be FIELD=VALUE, for example {option} programmingError.sigma=0.02 (the fields: cim "
                + $"hardware fields).");
        return new ProfileSetting(text[..equals].Trim(), text[(equals + 1)..].Trim());
    }

    /// <summary>A profile with fields set; everything is checked as in a file.</summary>
    /// <param name="profile">The profile so far.</param>
    /// <param name="settings">Each field at most once.</param>
    /// <exception cref="CimException">CIM2001 to CIM2008: a field does not exist, or a value is not allowed; the message has
    /// both.</exception>
    public static HardwareProfile Apply(HardwareProfile profile, IReadOnlyList<ProfileSetting> settings)
    {
        if (settings.Count == 0) return profile;
        if (settings.GroupBy(s => s.Field).FirstOrDefault(g => g.Count() > 1) is { } twice)
            throw new CimException(ErrorCodes.WrongUsage, $"'{twice.Key}' is set twice; give each field once.");
        if (settings.FirstOrDefault(s => s.Field is "base" or "name" or "description" or "schema" or "$schema") is { } other)
            throw new CimException(ErrorCodes.UnknownProfileField,
                $"'{other.Field}' is no figure of a hardware profile; the fields are listed by 'cim hardware fields'.");
        try
        {
            return HardwareProfiles.Override(profile, ToJson(settings));
        }
        catch (CimException e)
        {
            throw new CimException(e.Code, $"{e.Message} (From the command line: {string.Join(", ", settings)}.)", e);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Field}={Value}";

    private static byte[] ToJson(IReadOnlyList<ProfileSetting> settings)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            // Members of one group have to stand in one object.
            foreach (IGrouping<string, ProfileSetting> group in settings.GroupBy(s => s.Group))
            {
                if (group.Key.Length > 0) json.WriteStartObject(group.Key);
                foreach (ProfileSetting setting in group) setting.Write(json);
                if (group.Key.Length > 0) json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    private string Group => Field.IndexOf('.', StringComparison.Ordinal) is int dot and > 0 ? Field[..dot] : "";

    private void Write(Utf8JsonWriter json)
    {
        json.WritePropertyName(Group.Length > 0 ? Field[(Group.Length + 1)..] : Field);
        if (Value is "true" or "false") json.WriteBooleanValue(Value == "true");
        else if (IsJson(Value)) json.WriteRawValue(Encoding.UTF8.GetBytes(Value));
        else if (double.TryParse(Value, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number))
            json.WriteNumberValue(number);
        else json.WriteStringValue(Value);
    }

    // Numbers keep their digits: the profile converts them in decimal.
    private static bool IsJson(string text)
    {
        if (text[0] != '[' && text[0] != '-' && !char.IsAsciiDigit(text[0])) return false;
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind is JsonValueKind.Array or JsonValueKind.Number;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
