using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Cim.Cli.Invocation;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim cost --hardware all --json</c> prints.</summary>
internal sealed class CostsDocument(ImmutableArray<ProfileCost> rows) : JsonResult
{
    public IEnumerable<ProfileCostDocument> Profiles => rows.Select(row => new ProfileCostDocument(row));
}

/// <summary>The cost on one profile; null where the profile has no figures.</summary>
internal sealed class ProfileCostDocument(ProfileCost row)
{
    public string Hardware => row.Profile.Name;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Dims => row.Dims.Length > 0 ? row.Dims : null;
    public int Rows => row.Profile.Rows;
    public int Columns => row.Profile.Columns;
    public int CellBits => row.Profile.CellBits;
    public int DacBits => row.Profile.DacBits;
    public int AdcBits => row.Profile.AdcBits;
    public double? LatencyNs => row.Cost?.LatencyNs;
    public double? EnergyPj => row.HasEnergy ? row.Cost!.EnergyPj : null;
    public double? AreaUm2 => row.HasArea ? row.Cost!.AreaUm2 : null;
    public long? Arrays => row.Cost?.Arrays;
    public long? AdcConversions => row.Cost?.Events.AdcConversions;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DigitalDocument? Digital => row.Counted is { } counted ? new(counted.Digital) : null;
    public IEnumerable<string> NotModelled => row.Counted?.NotModelled ?? [];
    public IEnumerable<string> Notes => row.Notes;
}
