using System.Collections.Immutable;
using Cim.Compiler.Messages;
using Cim.Compiler.Options;

namespace Cim.Compiler.Precision;

/// <summary>
/// The precision of every layer, in the network's order. <see cref="PolicyJson"/> reads it, <see cref="PolicyContent"/> is what is written.
/// </summary>
internal sealed record QuantizationPolicy(ImmutableArray<LayerPrecision> Layers)
{
    /// <summary>Narrower is not a linear quantizer any more; wider does not fit the runtime's tensors.</summary>
    public const int MinBits = 2, MaxBits = 8;

    /// <summary>Weights may be binary, -1 and 1.</summary>
    public const int MinWeightBits = 1;

    /// <summary>The same precision everywhere.</summary>
    /// <exception cref="CimException">CIM0010: a width is outside 2 to 8, or 1 to 8 for weights.</exception>
    public static QuantizationPolicy Uniform(IEnumerable<string> layers, int weightBits, int activationBits, int adcBits = 0)
    {
        foreach ((OptionRow option, int bits, int least) in new[] {
            (OptionTable.WeightBits, weightBits, MinWeightBits), (OptionTable.ActivationBits, activationBits, MinBits) })
            if (bits < least || bits > MaxBits)
                throw OptionError.Usage($"{option.Is($"{bits}")}; it must be {least} to {MaxBits}.");
        return new QuantizationPolicy([.. layers.Select(name => new LayerPrecision(name, weightBits, activationBits, adcBits))]);
    }

    /// <summary>The policy with other bits of weights and inputs in the first and the last layer; 0 = as it is.</summary>
    public QuantizationPolicy WithEdges(int bits) => bits == 0 ? this : this with
    {
        Layers = [.. Layers.Select((layer, i) => i == 0 || i == Layers.Length - 1
            ? layer with { WeightBits = bits, ActivationBits = bits } : layer)],
    };

    /// <summary>The precision of a layer; null if the policy does not name it.</summary>
    public LayerPrecision? Find(string layer) => Layers.FirstOrDefault(l => l.Name == layer);

    /// <summary>The weight bits of a layer; the most there can be if the policy does not name it.</summary>
    public int WeightBitsOf(string layer) => Find(layer)?.WeightBits ?? MaxBits;
}
