using System.Collections.Immutable;
using System.Text.Json;
using Cim.Compiler.Data;
using Cim.Runtime;

namespace Cim.Compiler.Precision;

/// <summary>
/// Policies as JSON, as <c>cim compile --json</c> prints them under <c>policy</c>: a list of {name, weightBits, activationBits, adcBits},
/// bare or as the property <c>policy</c> of an object; or as <see cref="PolicyByPosition"/> has it. Read by hand: the list stands in
/// three kinds of files, what a layer leaves out is
/// as it was, and an error says which layer it is about. <see cref="PolicyContent"/> is what is written.
/// </summary>
internal static class PolicyJson
{
    private static readonly string[] _fileKeys = ["$schema", "policy"],
        _layerKeys = ["name", "weightBits", "activationBits", "adcBits", "strips", "merge", "columnGroups", "sliceBits", "rowsPerTile"];

    /// <summary>Reads a policy file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="layers">What it is for, and the precision of layers it does not name.</param>
    /// <exception cref="CimException">CIM0001, CIM0011: unreadable, not a policy, or not of these layers.</exception>
    public static QuantizationPolicy Load(string path, PolicyLayers layers) =>
        StrictJson.Read(path, ErrorCodes.InvalidPolicy, "The policy", root =>
        {
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("policy", out JsonElement list))
                return Read(root, layers.Defaults, path);
            // What 'compile --json' prints and a lock file have much else beside it.
            bool isLarger = root.TryGetProperty("schema", out _) || root.TryGetProperty("inputs", out _);
            if (!isLarger) StrictJson.RequireKnown(root, "The policy", _fileKeys, m => Invalid(path, m));
            return Read(list, layers.Defaults, path);
        }).Bind(layers.Shapes, layers.ArrayRows);

    /// <summary>Reads the list of a policy.</summary>
    /// <param name="list">The list.</param>
    /// <param name="others">The precision of layers it does not name.</param>
    /// <param name="path">The file it is from, for messages.</param>
    /// <param name="requireAll">True if it must name every layer.</param>
    /// <exception cref="CimException">CIM0011: it is no policy, or about layers the model does not have.</exception>
    public static PolicyText Read(JsonElement list, QuantizationPolicy others, string path, bool requireAll = false)
    {
        if (PolicyByPosition.IsOne(list))
        {
            PolicyByPosition policy = PolicyByPosition.Read("", list, path);
            return PolicyText.Of(policy.For(others) ?? throw Invalid(
                path, $"The policy has {policy.Bits.Length} layers, the model {others.Layers.Length}; a policy without names must have a "
                + $"pair for each."));
        }

        if (list.ValueKind != JsonValueKind.Array)
            throw Invalid(
                path, "The policy must be a list of {name, weightBits, activationBits, adcBits} or of [weightBits, activationBits], or an "
                + "object with that list as 'policy'.");
        LayerText[] layers = [.. others.Layers.Select(l => new LayerText(l))];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (JsonElement item in list.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Object || !item.TryGetProperty("name", out JsonElement name)
                || name.ValueKind != JsonValueKind.String)
                throw Invalid(path, "An item of the policy has no 'name'.");
            int index = Array.FindIndex(layers, l => l.Precision.Name == name.GetString());
            if (index < 0)
                throw Invalid(path, $"The model has no layer '{name.GetString()}'; its layers are "
                    + $"{string.Join(", ", others.Layers.Select(l => l.Name))}.");
            StrictJson.RequireKnown(item, $"Layer '{name.GetString()}' of the policy", _layerKeys, m => Invalid(path, m));
            if (!seen.Add(name.GetString()!)) throw Invalid(path, $"The layer '{name.GetString()}' is named twice.");
            if (item.TryGetProperty("columnGroups", out _) && (item.TryGetProperty("strips", out _) || item.TryGetProperty("merge", out _)))
                throw Invalid(path, $"Layer '{name.GetString()}' has 'columnGroups' beside 'strips' or 'merge'; the cells of its columns "
                    + $"can follow only one of them.");
            LayerPrecision old = layers[index].Precision;
            layers[index] = new LayerText(
                old with
                {
                    WeightBits = Bits(
                        item, "weightBits", old.WeightBits, QuantizationPolicy.MinWeightBits, QuantizationPolicy.MaxBits, path),
                    ActivationBits = Bits(
                        item, "activationBits", old.ActivationBits, QuantizationPolicy.MinBits, QuantizationPolicy.MaxBits, path),
                    AdcBits = Bits(item, "adcBits", old.AdcBits, 0, 16, path),
                    Layout = new LayerLayout.Uniform(Cells(item, old.Layout.Cells, path)),
                },
                Text(item, "strips", "a digit a strip, row tiles separated by '/'", path),
                Text(item, "merge", "'exact', or which strips share columns", path),
                Text(item, "columnGroups", "bits[slices]/rows:outputs, groups separated by ';'", path));
        }

        if (requireAll && layers.FirstOrDefault(l => !seen.Contains(l.Precision.Name)) is { } missing)
            throw Invalid(path, $"The policy does not name the layer '{missing.Precision.Name}'.");
        return new PolicyText([.. layers]);
    }

    private static CellLayout? Cells(JsonElement item, CellLayout? orElse, string path)
    {
        if (!item.TryGetProperty("sliceBits", out JsonElement slices) || slices.ValueKind == JsonValueKind.Null) return orElse;
        if (slices.ValueKind != JsonValueKind.Array || slices.GetArrayLength() == 0
            || slices.EnumerateArray().Any(
            b => b.ValueKind != JsonValueKind.Number || !b.TryGetInt32(out int bits) || bits is < 1 or > QuantizationPolicy.MaxBits))
            throw Invalid(path, $"'sliceBits' of layer '{item.GetProperty("name").GetString()}' is {slices}; it must be a list of "
                + $"integers from 1 to {QuantizationPolicy.MaxBits}, least significant first.");
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
