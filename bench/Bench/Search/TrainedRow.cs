using System.Text.Json.Serialization;
using Cim.Bench.Common.Tool;

namespace Cim.Bench.Search;

/// <summary>One compiled and trained network.</summary>
internal sealed record TrainedRow
{
    public required CostFigures Cost { get; init; }

    public required LayerPolicy[] Policy { get; init; }

    /// <summary>Candidates that the search trained; null without a search.</summary>
    public int? TrainedCandidates { get; init; }

    public required double Seconds { get; init; }

    /// <summary>On all test images, fidelity exact.</summary>
    public required double Accuracy { get; init; }

    /// <summary>On the first test images through the converters, or null.</summary>
    public double? Adc { get; init; }
}

/// <summary>How rows are stored.</summary>
[JsonSerializable(typeof(TrainedRow))]
[JsonSerializable(typeof(LayerPolicy[]))]
[JsonSerializable(typeof(double))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class TrainedJson : JsonSerializerContext;
