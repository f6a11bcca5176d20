using System.Text.Json.Serialization;
using Cim.Cli.Invocation;
using Cim.Compiler.Evaluation.Agreement;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Reporting;
using Cim.Compiler.Variation;
using Cim.Runtime;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim compile --json</c> prints. Null where nothing was measured; what a compilation was not asked for is left
/// out.</summary>
internal sealed class CompileDocument(CompileResult result) : JsonResult
{
    public double? AccuracyFloat => result.AccuracyFloat?.Fraction;
    public double? AccuracyCompiled => result.AccuracyCompiled?.Fraction;
    public double? AccuracyExact => result.AccuracyExact?.Fraction;
    public double? AccuracyAdc => result.AccuracyAdc?.Fraction;
    public string Fidelity => FidelityOption.Name(result.Fidelity);
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? LossPoints => result.Accuracy?.LossPoints;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AgreementDocument? Agreement => result.Agreement is { } agreement ? new AgreementDocument(agreement) : null;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Samples => result.AccuracyCompiled?.Samples;
    public TotalCostDocument Cost => new(result.Cost);
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<PlanDocument>? Plans =>
        result.Model.Info.Plans.IsEmpty ? null : result.Model.Info.Plans.Select(plan => new PlanDocument(plan));
    public TotalCostDocument Baseline => new(result.Baseline);
    public IEnumerable<PolicyEntry> Policy => PolicyEntry.AllOf(PolicyText.Of(result.Policy));
    public IEnumerable<InputDocument> Inputs => result.Report.Layers.Where(l => l.Input is not null).Select(l => new InputDocument(l));
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MergeReport? Merged => result.Report.Merged;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public SearchDocument? Search => result.Search is { } search ? new SearchDocument(search) : null;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<AlignmentDocument>? Variation =>
        result.Alignment.IsEmpty ? null : result.Alignment.Select(layer => new AlignmentDocument(layer));
    public string? WorstLayer => result.Report.WorstLayer;
    public IEnumerable<WarningDocument> Warnings => result.Warnings.Select(w => new WarningDocument(w.Code, w.Message));
    public string Rounding => result.Rounding;
    public double Seconds => result.Seconds;
    public IEnumerable<StageTime> Stages => result.Stages;
}

/// <summary>What <c>cim compile --lock-only --json</c> prints: the policy as <c>--policy</c> reads it.</summary>
internal sealed class PolicyDocument(QuantizationPolicy policy) : JsonResult
{
    public IEnumerable<PolicyEntry> Policy => PolicyEntry.AllOf(PolicyText.Of(policy));
}

/// <summary>How what a layer reads is quantized.</summary>
internal sealed class InputDocument(LayerReport layer)
{
    public string Name => layer.Name;
    public bool Signed => layer.Input!.Signed;
    public int ZeroPoint => layer.Input!.ZeroPoint;
    public float Scale => layer.Input!.Scale;
    public int ScaledChannels => layer.Input!.ScaledChannels;
}

/// <summary>A warning, as it stands on standard error.</summary>
internal sealed record WarningDocument(string Code, string Message);

/// <summary>The agreement of outputs with the float network.</summary>
internal sealed class AgreementDocument(OutputAgreement agreement)
{
    public int Samples => agreement.Samples;
    public double Cosine => agreement.Cosine;
    public double RelativeL2 => agreement.RelativeL2;
    public double? TopAgreement => agreement.Top;
}

/// <summary>The cost of an inference without its layers.</summary>
internal sealed class TotalCostDocument(Cost cost)
{
    public double LatencyNs => cost.LatencyNs;
    public double EnergyPj => cost.EnergyPj;
    public double AreaUm2 => cost.AreaUm2;
    public long Arrays => cost.Arrays;
    public long Cells => cost.Cells;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ScheduleCost? Schedule => cost.Schedule;
}

/// <summary>What variation-aware quantization chose for a layer, and what the error model predicts of its output codes.</summary>
internal sealed class AlignmentDocument(LayerAlignment layer)
{
    public string Name => layer.Name;
    public int? OutputBits => layer.OutputBits;
    public int DroppedWeightBits => layer.DroppedWeightBits;
    public bool Aligned => layer.IsAligned;
    public double Harmless => layer.Errors.Harmless;
    public double Equal => 1 - layer.Errors.Wrong;
    public double WithinOne => 1 - layer.Errors.BeyondOne;
    public double Noise => layer.Errors.Noise;
}
