using System.Text.Json.Serialization;
using Cim.Cli.Invocation;
using Cim.Compiler.Import;
using Cim.Runtime;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim inspect --json</c> prints.</summary>
internal sealed class InspectDocument(ModelInspection model) : JsonResult
{
    public string Format => model.Format;
    public string Name => model.Name;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Opset => model.Opset;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Hardware => model.Hardware;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? SdkVersion => model.SdkVersion;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ModelPreprocessing? Preprocessing => model.Preprocessing;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<string>? Labels => model.Labels.IsEmpty ? null : model.Labels;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<PlanDocument>? Plans => model.Plans.IsEmpty ? null : model.Plans.Select(plan => new PlanDocument(plan));
    public IEnumerable<ValueDocument> Inputs => model.Inputs.Select(value => new ValueDocument(value));
    public IEnumerable<ValueDocument> Outputs => model.Outputs.Select(value => new ValueDocument(value));
    public IEnumerable<InspectedLayer> Layers => model.Layers;
    public IEnumerable<InspectedOperator> Digital => model.Digital;
    public IEnumerable<UnsupportedDocument> Unsupported => model.Unsupported.Select(op => new UnsupportedDocument(op));
}

/// <summary>An input or output; symbolic dimensions are texts, such as N or 2N.</summary>
internal sealed class ValueDocument(InspectedValue value)
{
    public string Name => value.Name;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type => value.Type;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<object>? Shape => value.Shape?.Dims.Select(d => d >= 0 ? (object)d : d == -1 ? "N" : $"{-d}N");
}

/// <summary>An operator that cannot be compiled.</summary>
internal sealed class UnsupportedDocument(UnsupportedOperator unsupported)
{
    public string Name => unsupported.NodeName;
    public string Domain => unsupported.Domain;
    public string Op => unsupported.Operator;
    public long Opset => unsupported.Opset;
    public string Reason => unsupported.Reason;
}
