namespace Cim.Training.Quantization;

/// <summary>Bits of a layer's weights and of the activations it reads.</summary>
/// <param name="WeightBits">2 to 8 (2 = ternary: -1, 0, 1), or 1 = binary: -1, 1.</param>
/// <param name="ActivationBits">2 to 8.</param>
public readonly record struct LayerBits(int WeightBits, int ActivationBits);

/// <summary>How a float network becomes a fake-quantized one.</summary>
public sealed record QuantizationOptions
{
    /// <summary>Weight bits where a layer has no entry in <see cref="Layers"/>.</summary>
    public int WeightBits { get; init; } = 8;

    /// <summary>Activation bits where a layer has no entry in <see cref="Layers"/>.</summary>
    public int ActivationBits { get; init; } = 8;

    /// <summary>Bits of the first and of the last layer, weights and inputs; 0 = as all others.</summary>
    public int EdgeBits { get; init; } = 8;

    /// <summary>Bits of single layers by name.</summary>
    public IReadOnlyDictionary<string, LayerBits> Layers { get; init; } = new Dictionary<string, LayerBits>();

    /// <summary>Widths of the strips of single layers by name, instead of one width a layer; not together with
    /// <see cref="StepPerStrip"/>.</summary>
    public IReadOnlyDictionary<string, StripPrecision> Strips { get; init; } = new Dictionary<string, StripPrecision>();

    /// <summary>One step for every kernel position of every output channel instead of one per output channel.</summary>
    public bool StepPerStrip { get; init; }

    /// <summary>Values known not to be negative although the graph does not say so, for example an image's.</summary>
    public IReadOnlyCollection<string> NonNegative { get; init; } = [];

    /// <summary>Integers that stand for 0, by value: those values are stored unsigned, and their codes begin at minus that. 0 for all
    /// others.</summary>
    public IReadOnlyDictionary<string, int> ZeroPoints { get; init; } = new Dictionary<string, int>();

    /// <summary>Noise and conversion to inject into the forward pass; null = none.</summary>
    public HardwareNoise? Noise { get; init; }
}

/// <summary>Imperfections of the arrays that training should get used to.</summary>
/// <param name="Rows">Word lines of an array: one conversion sums the products of at most so many inputs.</param>
/// <param name="ProgrammingSigma">Standard deviation of a programmed weight as a fraction of the largest weight of its column's code
/// range.</param>
/// <param name="AdcBits">Bits of a conversion of a partial sum; 0 = no conversion.</param>
public sealed record HardwareNoise(int Rows, double ProgrammingSigma, int AdcBits)
{
    /// <summary>Errors of single layers by name, instead of <see cref="ProgrammingSigma"/>: of all outputs alike (one entry), or of each
    /// output.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<CodeNoise>> Layers { get; init; } = new Dictionary<string, IReadOnlyList<CodeNoise>>();
}
