using System.Collections.Immutable;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Cim.Compiler.Precision;

/// <summary>A policy as a file holds it; <see cref="PolicyJson"/> reads it.</summary>
internal sealed class PolicyContent(QuantizationPolicy policy)
{
    public IEnumerable<PolicyEntry> Policy => PolicyEntry.AllOf(PolicyText.Of(policy));
}

/// <summary>A layer of a policy: an item of the list that policy files, lock files and <c>--json</c> have.</summary>
internal sealed class PolicyEntry(LayerText layer)
{
    public string Name => layer.Precision.Name;
    public int WeightBits => layer.Precision.WeightBits;
    public int ActivationBits => layer.Precision.ActivationBits;
    public int AdcBits => layer.Precision.AdcBits;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Strips => layer.Strips;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Merge => layer.Merge;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ColumnGroups => layer.ColumnGroups;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ImmutableArray<int>? SliceBits => layer.Precision.Layout.Cells?.SliceBits;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? RowsPerTile => layer.Precision.Layout.Cells?.RowsPerTile;

    /// <summary>The layers of a policy.</summary>
    public static IEnumerable<PolicyEntry> AllOf(PolicyText policy) => policy.Layers.Select(layer => new PolicyEntry(layer));
}

/// <summary>The JSON form of a policy: compact and escaped where a hash is taken of it, else <see cref="Readable"/>.</summary>
[JsonSerializable(typeof(PolicyContent))]
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, NewLine = "\n", PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class PolicyContentJson : JsonSerializerContext
{
    /// <summary>For people: indented, and layer names with '/' or '+' as they are.</summary>
    public static PolicyContentJson Readable => Context.Readable;

    // Its own class, because the order of static initialisers across the generated half of this one is not defined.
    private static class Context
    {
        public static PolicyContentJson Readable { get; } = new(new JsonSerializerOptions(Default.GeneratedSerializerOptions!)
        {
            WriteIndented = true,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        });
    }
}
