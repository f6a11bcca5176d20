using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cim.Compiler.Data;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Compiler.Precision;
using Cim.Runtime;

namespace Cim.Compiler.Locking;

/// <summary>The text of a lock file: JSON with sorted keys and LF, no time, host or path. Equal content gives equal bytes.</summary>
/// <param name="Inputs">What the compilation read, by name: hashes and options.</param>
/// <param name="Policy">The precisions chosen.</param>
/// <param name="Result">What came out; null where only precisions were chosen so far, and in files of older versions.</param>
internal sealed record LockFile(ImmutableSortedDictionary<string, string> Inputs, PolicyText Policy, LockResult? Result)
{
    private const int Version = 1;

    /// <summary>Base64 characters of one line: short enough for any editor and review.</summary>
    private const int LineLength = 120;

    private static readonly string[] _keys = ["version", "inputs", "policy", "result"],
        _resultKeys = ["sdkVersion", "program", "layers", "float", "network"], _scoreKeys = ["correct", "samples", "limit"],
        _networkKeys = ["sha256", "brotli"];

    /// <summary>The file as it is to be written.</summary>
    public byte[] ToBytes()
    {
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(
            text, new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteNumber("version", Version);
            Write(json, "inputs", Inputs);
            PolicyJson.Write(json, Policy);
            if (Result is { } result) Write(json, result);
            json.WriteEndObject();
        }

        text.WriteByte((byte)'\n');
        return text.ToArray();
    }

    /// <summary>Reads a lock file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layers">The model's layers, for checking the locked ones.</param>
    /// <exception cref="CimException">CIM0001: unreadable; CIM1010, CIM0011: damaged.</exception>
    public static LockFile Read(string path, QuantizationPolicy layers) =>
        StrictJson.Read(path, ErrorCodes.LockMismatch, "The lock file", root =>
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("version", out JsonElement version)
            || version.ValueKind != JsonValueKind.Number)
            throw Damaged("it is not an object with a 'version'");
        if (!version.TryGetInt32(out int number) || number != Version)
            throw Invalid(
                $"The lock file has version {version}, this SDK writes {Version}; "
                + $"compile with {OptionTable.ForceEvaluate.Named()} to write it anew.");
        StrictJson.RequireKnown(root, "The lock file", _keys, m => Damaged(m));
        JsonElement policy = Member(root, "policy", JsonValueKind.Array);
        return new LockFile(
            Texts(Member(root, "inputs", JsonValueKind.Object), "inputs"),
            PolicyJson.Read(policy, layers, path, requireAll: true),
            root.TryGetProperty("result", out JsonElement result) ? ReadResult(result) : null);

        LockResult ReadResult(JsonElement value)
        {
            Require(value, "result", JsonValueKind.Object);
            StrictJson.RequireKnown(value, "'result'", _resultKeys, m => Damaged(m));
            FloatScore? score = null;
            if (value.TryGetProperty("float", out JsonElement found))
            {
                Require(found, "float", JsonValueKind.Object);
                StrictJson.RequireKnown(found, "'float'", _scoreKeys, m => Damaged(m));
                score = new FloatScore(Integer(found, "correct"), Integer(found, "samples"), Integer(found, "limit"));
                if (score.Correct > score.Samples) throw Damaged("'float' has more correct answers than samples");
            }

            return new LockResult(
                Member(value, "sdkVersion", JsonValueKind.String).GetString()!, Member(value, "program", JsonValueKind.String).GetString()!,
                Texts(Member(value, "layers", JsonValueKind.Object), "layers"), score,
                value.TryGetProperty("network", out JsonElement network) ? ReadNetwork(network) : null);
        }

        PinnedNetwork ReadNetwork(JsonElement value)
        {
            Require(value, "network", JsonValueKind.Object);
            StrictJson.RequireKnown(value, "'network'", _networkKeys, m => Damaged(m));
            JsonElement lines = Member(value, "brotli", JsonValueKind.Array);
            foreach (JsonElement line in lines.EnumerateArray()) Require(line, "brotli", JsonValueKind.String);
            try
            {
                return new PinnedNetwork(
                    Member(value, "sha256", JsonValueKind.String).GetString()!,
                    Convert.FromBase64String(string.Concat(lines.EnumerateArray().Select(l => l.GetString()))));
            }
            catch (FormatException e)
            {
                throw OptionError.Of(ErrorCodes.LockResultDamaged,
                    $"The network in the lock file is not base64 ({e.Message}). Restore the file (after a merge: one side of it whole), "
                        + $"or compile with {OptionTable.ForceEvaluate.Named()} to write it anew.", path, e);
            }
        }

        JsonElement Member(JsonElement value, string key, JsonValueKind kind)
        {
            if (!value.TryGetProperty(key, out JsonElement member)) throw Damaged($"'{key}' is missing");
            Require(member, key, kind);
            return member;
        }

        void Require(JsonElement value, string key, JsonValueKind kind)
        {
            if (value.ValueKind != kind) throw Damaged($"'{key}' is {value.ValueKind}, not {kind}");
        }

        int Integer(JsonElement value, string key) =>
            Member(value, key, JsonValueKind.Number).TryGetInt32(out int i) && i >= 0 ? i : throw Damaged($"'{key}' is no count");

        ImmutableSortedDictionary<string, string> Texts(JsonElement value, string key)
        {
            foreach (JsonProperty property in value.EnumerateObject())
                Require(property.Value, $"{key}.{property.Name}", JsonValueKind.String);
            return value.EnumerateObject().ToImmutableSortedDictionary(p => p.Name, p => p.Value.GetString()!, StringComparer.Ordinal);
        }

        CimException Damaged(string why) =>
            Invalid($"The lock file is damaged: {why.TrimEnd('.')}. Restore it, "
                + $"or compile with {OptionTable.ForceEvaluate.Named()} to write it anew.");

        CimException Invalid(MessageText message) => OptionError.Of(ErrorCodes.LockMismatch, message, path);
    });

    private static void Write(Utf8JsonWriter json, LockResult result)
    {
        json.WriteStartObject("result");
        json.WriteString("sdkVersion", result.SdkVersion);
        json.WriteString("program", result.ProgramSha256);
        Write(json, "layers", result.Layers);
        if (result.Float is { } score)
        {
            json.WriteStartObject("float");
            json.WriteNumber("correct", score.Correct);
            json.WriteNumber("samples", score.Samples);
            json.WriteNumber("limit", score.Limit);
            json.WriteEndObject();
        }

        if (result.Network is { } network)
        {
            json.WriteStartObject("network");
            json.WriteString("sha256", network.Sha256);
            json.WriteStartArray("brotli");
            foreach (char[] line in Convert.ToBase64String(network.Compressed.Span).Chunk(LineLength)) json.WriteStringValue(line);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, string name, ImmutableSortedDictionary<string, string> values)
    {
        json.WriteStartObject(name);
        foreach ((string key, string value) in values) json.WriteString(key, value);
        json.WriteEndObject();
    }
}
