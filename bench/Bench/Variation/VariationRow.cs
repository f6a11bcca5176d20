using System.Text.Json.Serialization;

namespace Cim.Bench.Variation;

/// <summary>A network on cells of one variation, conventional or variation-aware.</summary>
internal sealed record VariationRow
{
    public required string Network { get; init; }

    public required string Variation { get; init; }

    /// <summary><c>conventional</c> or <c>aware</c>.</summary>
    public required string Method { get; init; }

    public required int Chips { get; init; }

    public required int Images { get; init; }

    /// <summary>Accuracy of the float network.</summary>
    public required double Float { get; init; }

    /// <summary>Accuracy without variation.</summary>
    public required double NoiseFree { get; init; }

    /// <summary>Mean accuracy over the chips.</summary>
    public required double Accuracy { get; init; }

    /// <summary>Its standard deviation over the chips.</summary>
    public required double Deviation { get; init; }

    public required double EnergyPj { get; init; }

    public required double CorrectOpsPerJoule { get; init; }

    /// <summary>The share of equal output codes of the worst layer.</summary>
    public required double LeastEqual { get; init; }

    /// <summary>The same for codes within one step.</summary>
    public required double LeastWithinOne { get; init; }

    /// <summary>What the compiler predicted for the worst layer.</summary>
    public required double? LeastPredictedEqual { get; init; }

    /// <summary>The share of equal output codes of the worst layer behind the errors of the layers before.</summary>
    public required double LeastEqualInNetwork { get; init; }

    /// <summary>The names of <see cref="Cells"/>.</summary>
    public static string[] Columns { get; } =
    [
        "network", "variation", "method", "chips", "images", "float", "noiseFree", "accuracy", "deviation", "energyPj",
        "correctOpsPerJoule", "leastEqual", "leastWithinOne", "leastPredictedEqual", "leastEqualInNetwork", "ratio",
    ];

    /// <summary>The row of the CSV file.</summary>
    /// <param name="ratio">Correct operations per joule over those of the conventional network.</param>
    public object?[] Cells(double ratio) =>
    [
        Network, Variation, Method, Chips, Images, Float, NoiseFree, Accuracy, Deviation, EnergyPj, CorrectOpsPerJoule, LeastEqual,
        LeastWithinOne, LeastPredictedEqual, LeastEqualInNetwork, ratio,
    ];
}

/// <summary>How rows are stored.</summary>
[JsonSerializable(typeof(VariationRow))]
internal sealed partial class VariationJson : JsonSerializerContext;
