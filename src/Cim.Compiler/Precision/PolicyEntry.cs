using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Cim.Compiler.Precision;

/// <summary>A layer of a policy as JSON is written; <see cref="PolicyJson"/> reads it.</summary>
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
    public static IEnumerable<PolicyEntry> AllOf(QuantizationPolicy policy) => PolicyText.Of(policy).Layers.Select(l => new PolicyEntry(l));
}
