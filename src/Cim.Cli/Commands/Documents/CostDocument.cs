using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Cim.Cli.Invocation;
using Cim.Runtime;
using Cim.Runtime.Costs;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim cost --json</c> prints.</summary>
internal sealed class CostDocument(Cost cost, ImmutableArray<ModelPlan> plans, PolicyComparison? beside) : JsonResult
{
    public string Hardware => cost.Hardware;
    public double LatencyNs => cost.LatencyNs;
    public double EnergyPj => cost.EnergyPj;
    public double AreaUm2 => cost.AreaUm2;
    public long Arrays => cost.Arrays;
    public long Cells => cost.Cells;
    public long Cores => cost.Cores;
    public long AdcConversions => cost.Events.AdcConversions;
    public double ProgrammingLatencyNs => cost.ProgrammingLatencyNs;
    public double ProgrammingEnergyPj => cost.ProgrammingEnergyPj;
    public EnergyDocument EnergyBreakdown => new(cost.Energy);
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<PlanDocument>? Plans => plans.IsEmpty ? null : plans.Select(plan => new PlanDocument(plan));
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SpeedUpOverW8A8 => beside?.SpeedUp(cost);
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<PolicyCostDocument>? Policies => beside?.Policies.Select(p => new PolicyCostDocument(p.Name, p.Cost, beside));
    public IEnumerable<LayerCostDocument> Layers => cost.Layers.Select(layer => new LayerCostDocument(layer));
}

/// <summary>What a policy of another file costs.</summary>
internal sealed class PolicyCostDocument(string name, Cost cost, PolicyComparison beside)
{
    public string Name => name;
    public double LatencyNs => cost.LatencyNs;
    public double EnergyPj => cost.EnergyPj;
    public long Arrays => cost.Arrays;
    public double SpeedUpOverW8A8 => beside.SpeedUp(cost);
}

/// <summary>Where the energy goes.</summary>
internal sealed class EnergyDocument(EnergyBreakdown energy)
{
    public double ArrayPj => energy.ArrayPj;
    public double DacPj => energy.DacPj;
    public double AdcPj => energy.AdcPj;
    public double ShiftAddPj => energy.ShiftAddPj;
    public double BufferPj => energy.BufferPj;
    public double BusPj => energy.BusPj;
    public double InterconnectPj => energy.InterconnectPj;
    public double WritePj => energy.WritePj;
}

/// <summary>The cost of a layer, with the events it is counted from.</summary>
internal sealed class LayerCostDocument(LayerCost layer)
{
    public string Name => layer.Name;
    public int Groups => layer.Groups;
    public int Rows => layer.Rows;
    public int Columns => layer.Columns;
    public long Mvms => layer.Mvms;
    public int WeightBits => layer.WeightBits;
    public int ActivationBits => layer.ActivationBits;
    public int AdcBits => layer.AdcBits;
    public long Arrays => layer.Arrays;
    public long Cells => layer.Cells;
    public int Copies => layer.Copies;
    public double Utilisation => layer.Utilisation;
    public double LatencyNs => layer.LatencyNs;
    public double EnergyPj => layer.EnergyPj;
    public double AreaUm2 => layer.AreaUm2;
    public long ArrayReads => layer.Events.ArrayReads;
    public long DacActivations => layer.Events.DacActivations;
    public long AdcConversions => layer.AdcConversions;
    public long ShiftAdds => layer.Events.ShiftAdds;
    public long BufferBits => layer.Events.BufferBits;
    public long BusBits => layer.Events.BusBits;
    public long InterconnectBits => layer.Events.InterconnectBits;
    public long CellWrites => layer.Events.CellWrites;
}
