using System.Text.Json.Serialization;
using Cim.Runtime;

namespace Cim.Bench.Zoo;

/// <summary>One search: what it found, and what that loses on samples nobody chose by.</summary>
internal sealed record ZooRow
{
    public required string Network { get; init; }

    public required string Profile { get; init; }

    public required string Searcher { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Whether the result was checked on evaluation samples (<c>--evaluation</c>), which may have widened it.</summary>
    public required bool IsChecked { get; init; }

    /// <summary>Cost of 8 bits everywhere over the cost of the result.</summary>
    public required double Ratio { get; init; }

    /// <summary>The same of the best measured policy of equal bits (with or without wide ends) within the budget.</summary>
    public required double UniformRatio { get; init; }

    /// <summary>What the search expects the result to lose.</summary>
    public required double EstimatedLoss { get; init; }

    /// <summary>Points lost on the unseen samples.</summary>
    public required ZooLoss Unseen { get; init; }

    public required int Evaluations { get; init; }

    /// <summary>Seconds of preparation (shared by the searches of a network and profile), search and compilation.</summary>
    public required double Seconds { get; init; }

    /// <summary>Of these, seconds of processors.</summary>
    public required double ProcessorSeconds { get; init; }

    /// <summary>Whether nothing of it was measured before.</summary>
    public required bool IsCold { get; init; }

    /// <summary>Codes of warnings and, where the compilation failed, of its error.</summary>
    public required string[] Messages { get; init; }

    /// <summary>Weight/activation/conversion bits of each layer.</summary>
    public required string Policy { get; init; }

    /// <summary>Whether no warning puts the budget in doubt.</summary>
    [JsonIgnore]
    public bool IsAccepted => !Says(ErrorCodes.SamplesDecideNothing) && !Says(ErrorCodes.SearchFoundNothing)
        && !Says(ErrorCodes.AccuracyBudgetMissed);

    /// <summary>Whether this was reported.</summary>
    public bool Says(string code) => Messages.Contains(code);
}

/// <summary>A loss on labelled samples by counts; for other outputs by their relative squared error.</summary>
/// <param name="Points">Percentage points.</param>
/// <param name="Samples">Samples it was measured on.</param>
/// <param name="Lost">Samples that only the float network classifies right.</param>
/// <param name="Gained">Samples that only the compiled one does.</param>
internal sealed record ZooLoss(double Points, int Samples, int Lost, int Gained)
{
    /// <summary>One in twenty, one-sided.</summary>
    private const double Deviations = 1.645;

    /// <summary>True if no more than the budget is lost on these samples.</summary>
    public bool IsWithin(double budget) => Points <= budget + 1e-9;

    /// <summary>True if these samples show (95 %) that more than the budget is lost: a few hundred often show neither.</summary>
    public bool IsBeyond(double budget) => !IsWithin(budget)
        && (Lost + Gained == 0 || (Points - budget) * Samples / 100 > Deviations * Math.Sqrt(Lost + Gained));
}

/// <summary>How rows are stored.</summary>
[JsonSerializable(typeof(ZooRow))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
internal sealed partial class ZooJson : JsonSerializerContext;
