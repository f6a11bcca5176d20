using System.Text.Json.Serialization;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Cli.Commands.Documents;

/// <summary>One of several sizes of a model, with its inputs and outputs where a model is compiled.</summary>
internal sealed class PlanDocument(ModelPlan plan)
{
    public string Dims => plan.Dims;
    public double LatencyNs => plan.Cost.LatencyNs;
    public double EnergyPj => plan.Cost.EnergyPj;
    public long Arrays => plan.Cost.Arrays;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScheduleCost? Schedule => plan.Cost.Schedule;
    public IEnumerable<ValueDocument> Inputs => plan.Inputs.Select(Value);
    public IEnumerable<ValueDocument> Outputs => plan.Outputs.Select(Value);

    private static ValueDocument Value(TensorDescription value) =>
        new(new InspectedValue(value.Name, value.Type.ToString(), new Shape(value.Shape.AsSpan())));
}
