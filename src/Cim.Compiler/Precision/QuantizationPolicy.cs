using System.Collections.Immutable;
using System.Text.Json;
using Cim.Compiler.Data;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;
using Cim.Runtime;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Precision;

/// <summary>The precision of one layer.</summary>
/// <param name="Name">The layer's node name.</param>
/// <param name="WeightBits">2 to 8 (2 = ternary: -1, 0, 1), or 1 = binary: -1, 1.</param>
/// <param name="ActivationBits">Bits of the layer's input, 2 to 8.</param>
/// <param name="AdcBits">Bits of its conversions; 0 = the hardware profile's.</param>
internal sealed record LayerPrecision(string Name, int WeightBits, int ActivationBits, int AdcBits)
{
    /// <summary>How the weights lie on cells; null = as the hardware profile says.</summary>
    public CellLayout? Layout { get; init; }

    /// <summary>The width of every strip, as <see cref="StripWidths"/> writes it; null = <see cref="WeightBits"/> everywhere.</summary>
    public string? Strips { get; init; }

    /// <summary>Which strips share columns, as <see cref="SharedColumns"/> writes it; null = none.</summary>
    public string? Merge { get; init; }

    /// <summary>Widths and cells of groups of outputs, as <see cref="Precision.ColumnGroups"/> writes them; null = all outputs
    /// alike.</summary>
    public string? ColumnGroups { get; init; }

    /// <summary>The widths inside the layer where they differ; null where they do not.</summary>
    /// <param name="shape">The layer.</param>
    /// <param name="arrayRows">Word lines of an array.</param>
    /// <exception cref="CimException">CIM0011: they are not those of this layer on these arrays.</exception>
    public StripWidths? WidthsWithin(LayerShape shape, int arrayRows) =>
        Strips is { } strips ? StripWidths.Parse(Name, strips, shape, arrayRows)
        : ColumnGroups is { } groups ? Precision.ColumnGroups.Parse(Name, groups, shape).Widths(StripGrid.Of(shape, arrayRows)) : null;
}

/// <summary>
/// The precision of every layer, in the network's order. The JSON form is what <c>cim compile --json</c> prints under
/// <c>policy</c>: a list of {name, weightBits, activationBits, adcBits}, bare or as the property <c>policy</c> of an object.
/// </summary>
internal sealed record QuantizationPolicy(ImmutableArray<LayerPrecision> Layers)
{
    /// <summary>Narrower is not a linear quantizer any more; wider does not fit the runtime's tensors.</summary>
    public const int MinBits = 2, MaxBits = 8;

    /// <summary>Weights may be binary, -1 and 1.</summary>
    public const int MinWeightBits = 1;

    private static readonly string[] _fileKeys = ["policy"],
        _layerKeys = ["name", "weightBits", "activationBits", "adcBits", "strips", "merge", "columnGroups", "sliceBits", "rowsPerTile"];

    /// <summary>The same precision everywhere.</summary>
    /// <exception cref="CimException">CIM0010: a width is outside 2 to 8, or 1 to 8 for weights.</exception>
    public static QuantizationPolicy Uniform(IEnumerable<string> layers, int weightBits, int activationBits, int adcBits = 0)
    {
        foreach ((OptionRow option, int bits, int least) in new[] {
            (OptionTable.WeightBits, weightBits, MinWeightBits), (OptionTable.ActivationBits, activationBits, MinBits) })
            if (bits < least || bits > MaxBits)
                throw OptionError.Usage($"{option.Is($"{bits}")}; it must be {least} to {MaxBits}.");
        return new QuantizationPolicy([.. layers.Select(name => new LayerPrecision(name, weightBits, activationBits, adcBits))]);
    }

    /// <summary>Reads a policy file; layers it does not name keep their precision of <paramref name="others"/>.</summary>
    /// <exception cref="CimException">CIM0001, CIM0011: unreadable, not a policy, or about layers the model does not have.</exception>
    public static QuantizationPolicy Load(string path, QuantizationPolicy others)
    {
        return StrictJson.Read(path, ErrorCodes.InvalidPolicy, "The policy", root =>
        {
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("policy", out JsonElement list))
                return Parse(root, others, path);
            // What 'compile --json' prints and a lock file have much else beside it.
            bool isLarger = root.TryGetProperty("schema", out _) || root.TryGetProperty("inputs", out _);
            if (!isLarger) StrictJson.RequireKnown(root, "The policy", _fileKeys, m => Invalid(path, m));
            return Parse(list, others, path);
        });
    }

    public LayerPrecision? Find(string layer) => Layers.FirstOrDefault(l => l.Name == layer);

    /// <summary>Writes the property <c>policy</c>.</summary>
    public void WriteTo(Utf8JsonWriter json)
    {
        json.WriteStartArray("policy");
        foreach (LayerPrecision layer in Layers)
        {
            json.WriteStartObject();
            json.WriteString("name", layer.Name);
            json.WriteNumber("weightBits", layer.WeightBits);
            json.WriteNumber("activationBits", layer.ActivationBits);
            json.WriteNumber("adcBits", layer.AdcBits);
            if (layer.Strips is { } strips) json.WriteString("strips", strips);
            if (layer.Merge is { } merge) json.WriteString("merge", merge);
            if (layer.ColumnGroups is { } groups) json.WriteString("columnGroups", groups);
            if (layer.Layout is { } layout)
            {
                json.WriteStartArray("sliceBits");
                foreach (int bits in layout.SliceBits) json.WriteNumberValue(bits);
                json.WriteEndArray();
                json.WriteNumber("rowsPerTile", layout.RowsPerTile);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    /// <summary>Reads the list of a policy.</summary>
    /// <param name="list">The list.</param>
    /// <param name="others">The precision of layers it does not name.</param>
    /// <param name="path">The file it is from, for messages.</param>
    /// <param name="requireAll">True if it must name every layer.</param>
    /// <exception cref="CimException">CIM0011: it is no policy, or about layers the model does not have.</exception>
    public static QuantizationPolicy Parse(JsonElement list, QuantizationPolicy others, string path, bool requireAll = false)
    {
        if (list.ValueKind != JsonValueKind.Array)
            throw Invalid(
                path, "The policy must be a list of {name, weightBits, activationBits, adcBits}, or an object with that list as 'policy'.");
        ImmutableArray<LayerPrecision> layers = others.Layers;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("name", out JsonElement name)
                || name.ValueKind != JsonValueKind.String)
                throw Invalid(path, "An item of the policy has no 'name'.");
            int index = layers.ToList().FindIndex(l => l.Name == name.GetString());
            if (index < 0)
                throw Invalid(path, $"The model has no layer '{name.GetString()}'; its layers are "
                    + $"{string.Join(", ", others.Layers.Select(l => l.Name))}.");
            StrictJson.RequireKnown(item, $"Layer '{name.GetString()}' of the policy", _layerKeys, m => Invalid(path, m));
            if (!seen.Add(name.GetString()!)) throw Invalid(path, $"The layer '{name.GetString()}' is named twice.");
            if (item.TryGetProperty("columnGroups", out _) && (item.TryGetProperty("strips", out _) || item.TryGetProperty("merge", out _)))
                throw Invalid(path, $"Layer '{name.GetString()}' has 'columnGroups' beside 'strips' or 'merge'; the cells of its columns "
                    + $"can follow only one of them.");
            LayerPrecision old = layers[index];
            layers = layers.SetItem(index, old with
            {
                WeightBits = Bits(item, "weightBits", old.WeightBits, MinWeightBits, MaxBits, path),
                ActivationBits = Bits(item, "activationBits", old.ActivationBits, MinBits, MaxBits, path),
                AdcBits = Bits(item, "adcBits", old.AdcBits, 0, 16, path),
                Layout = Layout(item, old.Layout, path),
                Strips = Text(item, "strips", "a digit a strip, row tiles separated by '/'", path),
                Merge = Text(item, "merge", "'exact', or which strips share columns", path),
                ColumnGroups = Text(item, "columnGroups", "bits[slices]/rows:outputs, groups separated by ';'", path),
            });
        }

        if (requireAll && layers.FirstOrDefault(l => !seen.Contains(l.Name)) is { } missing)
            throw Invalid(path, $"The policy does not name the layer '{missing.Name}'.");
        return new QuantizationPolicy(layers);
    }

    private static CellLayout? Layout(JsonElement item, CellLayout? orElse, string path)
    {
        if (!item.TryGetProperty("sliceBits", out JsonElement slices) || slices.ValueKind == JsonValueKind.Null) return orElse;
        if (slices.ValueKind != JsonValueKind.Array || slices.GetArrayLength() == 0
            || slices.EnumerateArray().Any(
            b => b.ValueKind != JsonValueKind.Number || !b.TryGetInt32(out int bits) || bits is < 1 or > MaxBits))
            throw Invalid(path, $"'sliceBits' of layer '{item.GetProperty("name").GetString()}' is {slices}; it must be a list of "
                + $"integers from 1 to {MaxBits}, least significant first.");
        return new CellLayout([.. slices.EnumerateArray().Select(b => b.GetInt32())], Bits(item, "rowsPerTile", 0, 0, 16384, path));
    }

    private static int Bits(JsonElement item, string key, int orElse, int low, int high, string path)
    {
        if (!item.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return orElse;
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int bits) && bits >= low && bits <= high ? bits
            : throw Invalid(
                path, $"'{key}' of layer '{item.GetProperty("name").GetString()}' is {value}; it must be an integer from {low} to {high}.");
    }

    private static string? Text(JsonElement item, string key, string form, string path)
    {
        if (!item.TryGetProperty(key, out JsonElement value) || value.ValueKind == JsonValueKind.Null) return null;
        return value.ValueKind == JsonValueKind.String ? value.GetString()
            : throw Invalid(path, $"'{key}' of layer '{item.GetProperty("name").GetString()}' must be a string: {form}.");
    }

    private static CimException Invalid(string path, string message) => new(ErrorCodes.InvalidPolicy, message) { File = path };
}
