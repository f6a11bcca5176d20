using System.Text.Json;

namespace Cim.Runtime.Hardware.Json;

/// <summary>
/// Reads one profile text over a base profile. All problems of a file are reported together, the first with its position: that is why
/// profiles are read by hand, and not into types by System.Text.Json, which stops at the first one.
/// </summary>
internal sealed class ProfileReader
{
    private static readonly string[] _meta = ["schema", "name", "description", "base", "$schema"];

    private readonly string _origin;
    private readonly JsonPositions _positions;
    private readonly List<(string Code, string Message, string Path)> _problems = [];
    private readonly Dictionary<string, string> _sources = new(StringComparer.Ordinal);
    private readonly HashSet<string> _sourcedGroups = new(StringComparer.Ordinal);
    private readonly HashSet<string> _supplied = new(StringComparer.Ordinal);

    private readonly string? _directory;
    private readonly Action<string>? _opened;

    private ProfileReader(string origin, JsonPositions positions, string? directory, Action<string>? opened) =>
        (_origin, _positions, _directory, _opened) = (origin, positions, directory, opened);

    /// <summary>Reads a profile.</summary>
    /// <param name="utf8">The text.</param>
    /// <param name="origin">The file, or a name for messages.</param>
    /// <param name="resolveBase">Loads the profile that <c>base</c> names.</param>
    /// <param name="directory">Where relative paths of tables start; null = the text may not name files.</param>
    /// <exception cref="CimException">The text is not a valid profile (CIM2001 to CIM2006, CIM2008).</exception>
    /// <param name="basis">The base if the text names none.</param>
    /// <param name="opened">Called with the path of each table that is read.</param>
    public static HardwareProfile Read(
        ReadOnlyMemory<byte> utf8, string origin, Func<string, HardwareProfile>? resolveBase, string? directory = null,
        HardwareProfile? basis = null,
        Action<string>? opened = null)
    {
        utf8 = WithoutByteOrderMark(utf8);
        try
        {
            var reader = new ProfileReader(origin, JsonPositions.Of(utf8.Span), directory, opened);
            using JsonDocument document = JsonDocument.Parse(utf8,
                new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return reader.Read(document.RootElement, resolveBase, basis);
        }
        catch (JsonException e)
        {
            throw new CimException(ErrorCodes.MalformedProfile, $"The hardware profile is not JSON: {e.Message}", e)
            {
                File = origin,
                Line = (int)(e.LineNumber ?? 0) + 1,
                Column = (int)(e.BytePositionInLine ?? 0) + 1,
            };
        }
    }

    private static ReadOnlyMemory<byte> WithoutByteOrderMark(ReadOnlyMemory<byte> utf8) =>
        utf8.Span.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;

    private HardwareProfile Read(JsonElement root, Func<string, HardwareProfile>? resolveBase, HardwareProfile? basis)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new CimException(ErrorCodes.MalformedProfile,
                "A hardware profile is a JSON object, for example {\"base\": \"isaac\", \"adcBits\": 6}.") { File = _origin };
        foreach (string duplicate in _positions.Duplicates)
            Add(ErrorCodes.MalformedProfile, $"'{duplicate}' is given twice", duplicate);

        if (resolveBase is not null && Text(root, "base") is { } baseName) basis = resolveBase(baseName);
        if (root.TryGetProperty("schema", out JsonElement schema)
            && !(schema.ValueKind == JsonValueKind.Number && ProfileField.TryWhole(schema, out int s) && s == 1))
            Add(ErrorCodes.MalformedProfile, $"'schema' is {schema.GetRawText()}; this version reads schema 1", "schema");

        HardwareProfile profile = (basis ?? Blank()) with
        {
            Name = Text(root, "name")
                ?? (basis is null
                ? Path.GetFileName(_origin).Replace(".cimhw.json", "", StringComparison.OrdinalIgnoreCase)
                : basis.Name + "*"),
            Description = Text(root, "description") ?? basis?.Description ?? "",
        };
        foreach ((string name, string source) in profile.Sources) _sources[name] = source;

        Dictionary<string, JsonElement> values = Collect(root);
        foreach (ProfileField field in ProfileFields.All) // In the order of the table: some fields look at earlier ones.
            if (values.TryGetValue(field.Name, out JsonElement value)) profile = ReadField(field, value, profile);

        if (basis is null)
            foreach (ProfileField field in ProfileFields.All)
                if (field.IsRequired && !values.ContainsKey(field.Name))
                    Add(ErrorCodes.MissingProfileField, $"'{field.Name}' is missing (state it, or add \"base\": \"isaac\")", "");
        if (_problems.Count == 0) new ProfileChecks(_supplied, Add).Check(profile);
        if (_problems.Count > 0) throw Problems();
        profile = profile with { Sources = new SortedDictionary<string, string>(_sources, StringComparer.Ordinal) };
        return basis is null ? profile : new InheritedFigures(basis, profile, _supplied).Apply(root.TryGetProperty("description", out _));
    }

    /// <summary>The value of every field by its path; unknown names become problems.</summary>
    private Dictionary<string, JsonElement> Collect(JsonElement root)
    {
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (JsonProperty property in root.EnumerateObject())
        {
            if (_meta.Contains(property.Name)) continue;
            if (!ProfileFields.IsGroup(property.Name))
            {
                AddIfKnown(property.Name, property.Value);
                continue;
            }

            if (property.Value.ValueKind != JsonValueKind.Object)
            {
                string members = string.Join(", ",
                    ProfileFields.All.Where(f => f.Name.StartsWith(property.Name + ".", StringComparison.Ordinal))
                    .Select(f => f.Name[(property.Name.Length + 1)..]));
                Add(ErrorCodes.ImpossibleProfileValue,
                    $"'{property.Name}' is {property.Value.GetRawText()}; allowed is an object with {members}", property.Name);
                continue;
            }

            foreach (JsonProperty member in property.Value.EnumerateObject())
            {
                if (member.Name == "source" && member.Value.ValueKind == JsonValueKind.String)
                    AddGroupSource(property.Name, member.Value.GetString()!);
                else AddIfKnown($"{property.Name}.{member.Name}", member.Value);
            }
        }

        return values;

        void AddGroupSource(string group, string source)
        {
            foreach (string inherited in _sources.Keys.Where(k => k.StartsWith(group + ".", StringComparison.Ordinal)).ToArray())
                _sources.Remove(inherited);
            _sources[group] = source;
            _sourcedGroups.Add(group);
        }

        void AddIfKnown(string path, JsonElement value)
        {
            if (ProfileFields.All.Any(f => f.Name == path)) values[path] = value;
            else Add(ErrorCodes.UnknownProfileField,
                $"'{path}' is no field of a hardware profile{NearestField.Suggestion(path)}; the fields are listed in "
                    + $"docs/hardware-profiles.md", path);
        }
    }

    private HardwareProfile ReadField(ProfileField field, JsonElement element, HardwareProfile profile)
    {
        (JsonElement value, string? unit) = (element, null);
        _supplied.Add(field.Name);
        if (element.ValueKind == JsonValueKind.Object && (!field.ValueIsObject || element.TryGetProperty("value", out _)))
        {
            bool hasSource = false;
            foreach (JsonProperty part in element.EnumerateObject())
            {
                if (part.Name == "value") value = part.Value;
                else if (part.Name == "unit" && part.Value.ValueKind == JsonValueKind.String) unit = part.Value.GetString();
                else if (part.Name == "source" && part.Value.ValueKind == JsonValueKind.String)
                    (_sources[field.Name], hasSource) = (part.Value.GetString()!, true);
                else Add(ErrorCodes.UnknownProfileField,
                    $"'{field.Name}.{part.Name}' is unknown or no text; a figure has value, unit and source", field.Name);
            }

            if (value.ValueKind == JsonValueKind.Object && !field.ValueIsObject)
            {
                Add(ErrorCodes.ImpossibleProfileValue, $"'{field.Name}' has no value; allowed is {field.Range}", field.Name);
                return profile;
            }

            if (!hasSource) SetSupplied(field.Name);
        }
        else
        {
            SetSupplied(field.Name);
        }

        try
        {
            return field is ErrorTableField table
                ? table.Read(profile, value, unit, _directory, _opened)
                : field.Read(profile, value, unit);
        }
        catch (FieldException e)
        {
            Add(e.Code, e.Message, field.Name);
            return profile;
        }
    }

    /// <summary>A figure without a source comes from this file, unless the source stands at its group.</summary>
    private void SetSupplied(string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !_sourcedGroups.Contains(name[..dot])) _sources[name] = $"given in {Path.GetFileName(_origin)}";
    }

    private string? Text(JsonElement root, string name)
    {
        if (!root.TryGetProperty(name, out JsonElement value)) return null;
        if (value.ValueKind == JsonValueKind.String) return value.GetString();
        Add(ErrorCodes.MalformedProfile, $"'{name}' is not a text", name);
        return null;
    }

    private void Add(string code, string message, string path) => _problems.Add((code, message, path));

    private CimException Problems()
    {
        (string Code, string Message, string Path)[] inOrder = [.. _problems.OrderBy(p => _positions[p.Path])];
        (int line, int column) = _positions[inOrder[0].Path];
        return new CimException(inOrder[0].Code, string.Join(". ", inOrder.Select(p => p.Message)) + ".")
        {
            File = _origin,
            Line = line,
            Column = column,
        };
    }

    /// <summary>A profile that states nothing.</summary>
    internal static HardwareProfile Blank() => new()
    {
        Name = "", Rows = 1, Columns = 2, CellBits = 1, DacBits = 1, AdcBits = 8, ColumnsPerAdc = 1, ArraysPerCore = 1, Cores = 0,
        Encoding = WeightEncoding.Differential, GOn = 1, GOff = 0, AdcRange = new AdcRange(AdcRangePolicy.Calibrated),
        AdcPerInputSlice = true, ReadLatency = 0, WriteLatency = 0, AdcLatency = 0,
    };
}
