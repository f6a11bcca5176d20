namespace Cim.Runtime;

/// <summary>
/// What was done to the numbers of data files before the network saw them, when the model was compiled: (x * scale - mean) / std. Each is
/// one number or one per channel, as <c>--scale</c>, <c>--mean</c> and <c>--std</c> take them: <c>0.485,0.456,0.406</c>. The
/// methods of a model take numbers that are preprocessed already.
/// </summary>
public sealed record ModelPreprocessing
{
    /// <summary>Factors.</summary>
    public string Scale { get; init; } = "1";

    /// <summary>What is subtracted after scaling.</summary>
    public string Mean { get; init; } = "0";

    /// <summary>What the difference is divided by.</summary>
    public string Std { get; init; } = "1";

    /// <inheritdoc/>
    public override string ToString() => $"scale {Scale}, mean {Mean}, std {Std}";
}
