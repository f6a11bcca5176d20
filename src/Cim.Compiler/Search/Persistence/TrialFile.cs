using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Sensitivity;
using Cim.Runtime;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Search.Persistence;

/// <summary>
/// The log of a search beside its output: sensitivities, every measured policy and every candidate that was trained, under a key of all
/// that they depend on. Written
/// whole after every measurement (temporary name, then rename), so a search that was killed, or is repeated with another searcher
/// or objective, measures nothing twice. A log of another key is replaced.
/// </summary>
internal sealed class TrialFile : IProxyStore
{
    /// <summary>How losses are estimated; a log of another estimate is of no use.</summary>
    private const string Estimate = "expected loss and its margin: ";

    private readonly string _path;
    private readonly string _key;
    private readonly SortedDictionary<string, Distance> _trials = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, (double Score, bool Stopped)> _trained = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, ProxySelection> _selections = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, AdcSensitivity> _conversions = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    private TrialFile(string path, string key) => (_path, _key) = (path, Estimate + key);

    /// <summary>Measured sensitivities, if they are known.</summary>
    public MeasuredSensitivity? Sensitivity { get; private set; }

    /// <summary>Policies known from an earlier run.</summary>
    public int Known { get; private set; }

    /// <summary>Reads the log; it is empty if there is none, or none of this key.</summary>
    public static TrialFile Open(string path, string key)
    {
        var file = new TrialFile(path, key);
        try
        {
            if (FileFacts.KindOf(path) != FileKind.Regular) return file;
            using JsonDocument document = JsonDocument.Parse(InputFile.ReadText(path, "trial log", ErrorCodes.InvalidData));
            JsonElement root = document.RootElement;
            if (root.GetProperty("key").GetString() != file._key) return file;
            if (root.TryGetProperty("sensitivity", out JsonElement sensitivity)) file.Sensitivity = ReadSensitivity(sensitivity);
            foreach (JsonProperty trial in root.GetProperty("trials").EnumerateObject())
                file._trials[trial.Name] = new Distance(
                    trial.Value[0].GetDouble(), trial.Value[1].GetDouble(), trial.Value[2].GetDouble(), trial.Value[3].GetDouble());
            foreach (JsonProperty hardware in root.GetProperty("conversions").EnumerateObject())
                file._conversions[hardware.Name] = new AdcSensitivity(Table(hardware.Value));
            if (root.TryGetProperty("estimates", out JsonElement estimates))
                foreach (JsonProperty e in estimates.EnumerateObject()) file._selections[e.Name] = ReadSelection(e.Value);
            if (root.TryGetProperty("trained", out JsonElement trained))
                foreach (JsonProperty trial in trained.EnumerateObject())
                    file._trained[trial.Name] = (trial.Value[0].GetDouble(), trial.Value[1].GetBoolean());
            file.Known = file._trials.Count;
            return file;
        }
        catch (CimException e) when (e.Code == ErrorCodes.InvalidData)
        {
            return new TrialFile(path, key); // No text.
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException
            or IndexOutOfRangeException or OverflowException or ArgumentException or NullReferenceException)
        {
            return new TrialFile(path, key); // A damaged log is no more than a lost one.
        }
    }

    /// <summary>True if nothing stands in the way of a log: no file, an empty one, a device, or a log, damaged or not.</summary>
    public static bool CanStandAt(string path)
    {
        if (FileFacts.KindOf(path) != FileKind.Regular) return true;
        using var reader = new StreamReader(path, Encoding.UTF8);
        char[] start = new char[64];
        string text = new string(start, 0, reader.ReadBlock(start)).TrimStart();
        return text.Length == 0 || (text[0] == '{' && text[1..].TrimStart().StartsWith("\"key\"", StringComparison.Ordinal));
    }

    public void Keep(MeasuredSensitivity sensitivity)
    {
        Sensitivity = sensitivity;
        Write();
    }

    /// <summary>The estimate of weights that was chosen for a space, if it is known.</summary>
    public ProxySelection? Selection(string space) => _selections.GetValueOrDefault(space);

    public void Keep(string space, ProxySelection selection)
    {
        lock (_gate) _selections[space] = selection;
        Write();
    }

    /// <summary>What narrow conversions do on a machine, if it is known.</summary>
    public AdcSensitivity? Conversions(HardwareProfile hardware) => _conversions.GetValueOrDefault(Name(hardware));

    public void Keep(AdcSensitivity conversions, HardwareProfile hardware)
    {
        lock (_gate) _conversions[Name(hardware)] = conversions;
        Write();
    }

    /// <summary>A measurement from memory, else made and remembered.</summary>
    /// <param name="name">The policy, as text.</param>
    /// <param name="measure">Measures it.</param>
    public Distance Measure(string name, Func<Distance> measure)
    {
        if (_trials.TryGetValue(name, out Distance known)) return known;
        Distance distance = measure();
        lock (_gate) _trials[name] = distance;
        Write();
        return distance;
    }

    /// <summary>The score of a training, if it is known.</summary>
    public (double Score, bool Stopped)? Trained(string name) => _trained.TryGetValue(name, out (double, bool) known) ? known : null;

    /// <summary>The score of a training from memory, else made and remembered.</summary>
    /// <param name="name">The policy and all the training depends on, as text.</param>
    /// <param name="train">Trains; null if the time was over, which is not remembered.</param>
    public (double Score, bool Stopped)? Train(string name, Func<(double Score, bool Stopped)?> train)
    {
        if (_trained.TryGetValue(name, out (double, bool) known)) return known;
        if (train() is not { } score) return null;
        lock (_gate) _trained[name] = score;
        Write();
        return score;
    }

    private static string Name(HardwareProfile hardware) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(HardwareProfiles.ToJson(hardware)));

    private void Write()
    {
        lock (_gate)
            AtomicFile.Write(_path, stream =>
            {
                using var json = new Utf8JsonWriter(stream,
                    new JsonWriterOptions { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
                json.WriteStartObject();
                json.WriteString("key", _key);
                if (Sensitivity is { } sensitivity)
                {
                    json.WriteStartObject("sensitivity");
                    WriteTable(json, "weights", sensitivity.Weights);
                    WriteTable(json, "activations", sensitivity.Activations);
                    json.WriteEndObject();
                }

                json.WriteStartObject("trials");
                foreach ((string policy, Distance distance) in _trials)
                {
                    json.WriteStartArray(policy);
                    json.WriteNumberValue(distance.Divergence);
                    json.WriteNumberValue(distance.LossPoints);
                    json.WriteNumberValue(distance.BudgetPoints);
                    json.WriteNumberValue(distance.Deviation);
                    json.WriteEndArray();
                }

                json.WriteEndObject();
                json.WriteStartObject("conversions");
                foreach ((string hardware, AdcSensitivity conversions) in _conversions) WriteTable(json, hardware, conversions.Layers);
                json.WriteEndObject();
                json.WriteStartObject("estimates");
                foreach ((string space, ProxySelection selection) in _selections) Write(json, space, selection);
                json.WriteEndObject();
                json.WriteStartObject("trained");
                foreach ((string candidate, (double score, bool stopped)) in _trained)
                {
                    json.WriteStartArray(candidate);
                    json.WriteNumberValue(score);
                    json.WriteBooleanValue(stopped);
                    json.WriteEndArray();
                }

                json.WriteEndObject();
                json.WriteEndObject();
            });
    }

    private static void WriteTable(Utf8JsonWriter json, string name, ImmutableArray<ImmutableSortedDictionary<int, double>> table)
    {
        json.WriteStartArray(name);
        foreach (ImmutableSortedDictionary<int, double> row in table)
        {
            json.WriteStartObject();
            foreach ((int bits, double divergence) in row) json.WriteNumber(bits.ToString(CultureInfo.InvariantCulture), divergence);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, string space, ProxySelection selection)
    {
        json.WriteStartObject(space);
        json.WriteString("chosen", selection.Name);
        json.WriteStartObject("rankCorrelation");
        foreach (ProxyQuality q in selection.Proxies)
        {
            json.WriteStartArray(q.Proxy);
            foreach (double value in new[] { q.WithDivergence, q.WithLoss })
                if (double.IsNaN(value)) json.WriteNullValue();
                else json.WriteNumberValue(value);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        WriteTable(json, "weights", selection.Weights);
        json.WriteEndObject();
    }

    private static ProxySelection ReadSelection(JsonElement e) => new(e.GetProperty("chosen").GetString()!,
        [.. e.GetProperty("rankCorrelation").EnumerateObject()
            .Select(q => new ProxyQuality(q.Name, Number(q.Value[0]), Number(q.Value[1])))], Table(e.GetProperty("weights")));

    private static double Number(JsonElement value) => value.ValueKind == JsonValueKind.Null ? double.NaN : value.GetDouble();

    private static MeasuredSensitivity ReadSensitivity(JsonElement element) =>
        new(Table(element.GetProperty("weights")), Table(element.GetProperty("activations")));

    private static ImmutableArray<ImmutableSortedDictionary<int, double>> Table(JsonElement rows) =>
        [.. rows.EnumerateArray().Select(r => r.EnumerateObject()
            .ToImmutableSortedDictionary(p => int.Parse(p.Name, CultureInfo.InvariantCulture), p => p.Value.GetDouble()))];
}
