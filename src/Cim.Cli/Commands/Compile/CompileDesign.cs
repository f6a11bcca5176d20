using System.Text.Json;
using System.Text.Json.Serialization;
using Cim.Cli.Studies;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;

namespace Cim.Cli.Commands.Compile;

/// <summary>A compilation as a part of a study.</summary>
internal sealed record CompileDesign
{
    /// <summary>The compiled model's file in the store, without folder; null if the budget was missed.</summary>
    public string? Model { get; init; }

    /// <summary>Why there is no model; null if there is one.</summary>
    public UnitFailure? Missed { get; init; }

    /// <summary>The share of samples the float network has right; null without labels.</summary>
    public double? AccuracyFloat { get; init; }

    /// <summary>The share the compiled network has right; null without labels.</summary>
    public double? AccuracyCompiled { get; init; }

    /// <summary>The top-1 agreement with the float network; null where it was not measured.</summary>
    public double? TopAgreement { get; init; }

    /// <summary>An inference.</summary>
    public DesignCost? Cost { get; init; }

    /// <summary>An inference with 8 bits everywhere.</summary>
    public DesignCost? Baseline { get; init; }

    /// <summary>The precision of every layer.</summary>
    public JsonElement? Policy { get; init; }

    /// <summary>How long it took.</summary>
    public double Seconds { get; init; }

    /// <summary>Percentage points that are lost, of accuracy if there are labels, else of agreement; null where neither was
    /// measured.</summary>
    [JsonIgnore]
    public double? LossPoints => AccuracyFloat is { } was && AccuracyCompiled is { } now ? 100 * (was - now) : 100 * (1 - TopAgreement);

    /// <summary>What a compilation came to.</summary>
    public static CompileDesign Of(CompileResult result, string model) => new()
    {
        Model = model,
        AccuracyFloat = result.AccuracyFloat?.Fraction,
        AccuracyCompiled = result.AccuracyCompiled?.Fraction,
        TopAgreement = result.Agreement?.Top,
        Cost = DesignCost.Of(result.Cost),
        Baseline = DesignCost.Of(result.Baseline),
        Policy = JsonSerializer.SerializeToElement(new PolicyContent(result.Policy), PolicyContentJson.Readable.PolicyContent)
            .GetProperty("policy"),
        Seconds = result.Seconds,
    };
}
