namespace Cim.Bench.Common.Tool;

/// <summary>What <c>cim eval --json</c> reports, as far as it is measured here.</summary>
internal sealed record EvalReport
{
    public required int Samples { get; init; }

    /// <summary>Of the samples; the mean over trials.</summary>
    public required double Correct { get; init; }

    /// <summary>The mean over trials.</summary>
    public required double Accuracy { get; init; }

    /// <summary>The standard deviation over trials.</summary>
    public double AccuracyDeviation { get; init; }

    public double? CorrectOpsPerJoule { get; init; }

    public double? ImagesPerSecond { get; init; }

    /// <summary>Output codes by layer, where they were compared.</summary>
    public OutputCodes[]? OutputCodes { get; init; }
}

/// <summary>Shares of a layer's output codes that equal the noise-free ones.</summary>
internal sealed record OutputCodes(double Equal, double WithinOne, double EqualInNetwork);
