using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Cim.Cli.Invocation;
using Cim.Compiler.Scheduling;
using Cim.Runtime;
using Cim.Runtime.Costs;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim cost --json</c> prints.</summary>
internal sealed class CostDocument(CountedCost counted, ImmutableArray<ModelPlan> plans, PolicyComparison? beside) : JsonResult
{
    private readonly Cost _cost = counted.Arrays;

    public string Hardware => _cost.Hardware;
    public double LatencyNs => _cost.LatencyNs;
    public double EnergyPj => _cost.EnergyPj;
    public double AreaUm2 => _cost.AreaUm2;
    public long Arrays => _cost.Arrays;
    public long Cells => _cost.Cells;
    public long Cores => _cost.Cores;
    public long AdcConversions => _cost.Events.AdcConversions;
    public double ProgrammingLatencyNs => _cost.ProgrammingLatencyNs;
    public double ProgrammingEnergyPj => _cost.ProgrammingEnergyPj;
    public EnergyDocument EnergyBreakdown => new(_cost.Energy);
    public DigitalDocument Digital => new(counted.Digital);
    public IEnumerable<string> NotModelled => counted.NotModelled;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<PlanDocument>? Plans => plans.IsEmpty ? null : plans.Select(plan => new PlanDocument(plan));
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? SpeedUpOverW8A8 => beside?.SpeedUp(_cost);
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<PolicyCostDocument>? Policies => beside?.Policies.Select(p => new PolicyCostDocument(p.Name, p.Cost, beside));
    public IEnumerable<LayerCostDocument> Layers => _cost.Layers.Select(layer => new LayerCostDocument(layer));
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

/// <summary>What digital operators add to the figures of the arrays; null where the profile states no figure.</summary>
internal sealed class DigitalDocument(DigitalCost digital)
{
    public long Operations => digital.Operations;
    public double? LatencyNs => digital.LatencyNs;
    public double? EnergyPj => digital.EnergyPj;
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
