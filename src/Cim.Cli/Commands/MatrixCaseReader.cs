using System.Text.Json;
using Cim.Runtime;
using Cim.Runtime.Crossbar.SingleMatrix;
using Cim.Runtime.Diagnostics;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Json;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Cli.Commands;

/// <summary>Reads and checks the case of <c>cim mvm</c>.</summary>
internal static class MatrixCaseReader
{
    private const int MaxBits = 8;

    private static readonly string[] _fields =
    [
        "schema", "name", "weights", "inputs", "weightBits", "activationBits", "weightRange", "activationRange", "slices", "dacBits",
        "adcBits", "hardware", "fidelity", "convention", "seed",
    ];

    public static MatrixCase Load(string path) => Parse(InputFile.ReadAll(path, "case"), path);

    /// <summary>Reads a case from text.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="path">Its file: for messages, and where the files it names lie.</param>
    public static MatrixCase Parse(ReadOnlyMemory<byte> utf8, string path)
    {
        if (utf8.Span.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        if (!System.Text.Unicode.Utf8.IsValid(utf8.Span))
            throw new CimException(ErrorCodes.InvalidMatrixCase, "The case is not UTF-8. Save it as UTF-8.") { File = path };
        try
        {
            var positions = JsonPositions.Of(utf8.Span);
            if (positions.Duplicates is [var twice, ..]) throw Wrong($"'{twice}' is given twice");
            using JsonDocument document = JsonDocument.Parse(utf8);
            return Read(document.RootElement, path);
        }
        catch (JsonException e)
        {
            throw new CimException(ErrorCodes.InvalidMatrixCase, $"The case is not JSON: {e.Message}", e) { File = path };
        }
        catch (CimException e) when (e.File is null)
        {
            throw new CimException(e.Code, e.Message, e) { File = path };
        }
    }

    private static MatrixCase Read(JsonElement root, string path)
    {
        if (root.ValueKind != JsonValueKind.Object) throw Wrong("The case is not an object");
        if (root.TryGetProperty("schema", out JsonElement schema) && !(ProfileField.TryWhole(schema, out int version) && version == 1))
            throw Wrong($"'schema' is {schema.GetRawText()}; this version reads schema 1");
        foreach (JsonProperty p in root.EnumerateObject())
            if (!_fields.Contains(p.Name)) throw Wrong($"Unknown field '{p.Name}'; known are {string.Join(", ", _fields)}");
        HardwareProfile profile = Hardware(root, path);
        profile = profile with
        {
            DacBits = Whole(root, "dacBits", 0, MaxBits, profile.DacBits),
            AdcBits = Whole(root, "adcBits", 0, 16, profile.AdcBits),
        };
        double[][] weights = Rows(root, "weights"), inputs = Rows(root, "inputs");
        if (weights[0].Length == 0 || weights.Any(w => w.Length != weights[0].Length))
            throw Wrong("'weights' is not a matrix: its rows differ in length or are empty");
        int wrong = Array.FindIndex(inputs, x => x.Length != weights[0].Length);
        if (wrong >= 0) throw Wrong($"'inputs[{wrong}]' has {inputs[wrong].Length} values, but a row of 'weights' has {weights[0].Length}");
        return new MatrixCase
        {
            Weights = weights,
            Inputs = inputs,
            WeightBits = Whole(root, "weightBits", 0, MaxBits, 8),
            ActivationBits = Whole(root, "activationBits", 0, MaxBits, 8),
            WeightRange = Range(root, "weightRange"),
            ActivationRange = Range(root, "activationRange"),
            Slices = Whole(root, "slices", 0, MaxBits, 0),
            Profile = profile,
            Fidelity = Choice(root, "fidelity", ("exact", Fidelity.Exact), ("adc", Fidelity.Adc), ("device", Fidelity.Device),
                ("circuit", Fidelity.Circuit)),
            Convention = Choice(root, "convention", ("default", QuantizerConvention.Own), ("cim", QuantizerConvention.Own),
                ("crosssim", QuantizerConvention.CrossSim)),
            Seed = root.TryGetProperty("seed", out JsonElement seed)
                ? seed.ValueKind == JsonValueKind.Number && seed.TryGetUInt64(out ulong s)
                    ? s
                    : throw Wrong("'seed' is not a non-negative whole number")
                : 0,
        };
    }

    private static HardwareProfile Hardware(JsonElement root, string path)
    {
        if (!root.TryGetProperty("hardware", out JsonElement h)) return HardwareProfiles.BuiltIn("isaac");
        string directory = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (h.ValueKind == JsonValueKind.String)
        {
            string name = h.GetString()!;
            return HardwareProfiles.Load(HardwareProfiles.BuiltInNames.Contains(name) ? name : Path.Combine(directory, name));
        }
        return HardwareProfiles.Parse(System.Text.Encoding.UTF8.GetBytes(h.GetRawText()), path, directory);
    }

    private static double[][] Rows(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out JsonElement rows) || rows.ValueKind != JsonValueKind.Array || rows.GetArrayLength() == 0)
            throw Wrong($"'{name}' is missing or not a list of lists of numbers");
        return [.. rows.EnumerateArray().Select((r, i) => Numbers(r, $"{name}[{i}]"))];
    }

    private static (double, double) Range(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out JsonElement range)) return (-1, 1);
        double[] v = Numbers(range, name);
        return v.Length == 2 && v[0] < v[1] && v[1] > 0 && double.IsFinite(v[1] - v[0])
            ? (v[0], v[1])
            : throw Wrong($"'{name}' is not [low, high] with low < high and high > 0");
    }

    private static double[] Numbers(JsonElement list, string name)
    {
        if (list.ValueKind != JsonValueKind.Array) throw Wrong($"'{name}' is not a list of numbers");
        return [.. list.EnumerateArray().Select(v =>
            v.ValueKind == JsonValueKind.Number && double.IsFinite(v.GetDouble())
                ? v.GetDouble()
                : throw Wrong($"'{name}' has a value that is not a number"))];
    }

    private static int Whole(JsonElement root, string name, int low, int high, int orElse)
    {
        if (!root.TryGetProperty(name, out JsonElement v)) return orElse;
        return ProfileField.TryWhole(v, out int n) && n >= low && n <= high
            ? n : throw Wrong($"'{name}' is not a whole number from {low} to {high}");
    }

    private static T Choice<T>(JsonElement root, string name, params (string Name, T Value)[] choices)
    {
        if (!root.TryGetProperty(name, out JsonElement v)) return choices[0].Value;
        foreach ((string key, T value) in choices)
            if (v.ValueKind == JsonValueKind.String && v.GetString() == key) return value;
        throw Wrong($"'{name}' is not one of {string.Join(", ", choices.Select(c => c.Name))}");
    }

    private static CimException Wrong(string message) => new(ErrorCodes.InvalidMatrixCase, message + ". See docs/cli.md.");
}
