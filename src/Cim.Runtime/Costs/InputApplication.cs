using System.Collections.Immutable;
using Cim.Runtime.Hardware;

namespace Cim.Runtime.Costs;

/// <summary>
/// How the inputs of one product reach an array. In <see cref="InputCoding.Slices"/> slices of dacBits follow each other. With
/// <see cref="InputCoding.WeightedPulses"/> (NeuRRAM: Wan et al., Nature 2022) a signed input of n magnitude bits is applied bit by
/// bit, the k-th integrated 2^k times, and converted once; more than <see cref="HardwareProfile.MaxPulseBits"/> bits are applied in two
/// halves, and the second conversion resolves fewer bits by those of the first half.
/// </summary>
/// <param name="Reads">Analog reads of an array: slices, or integration steps.</param>
/// <param name="LineActivations">How often a word line is driven.</param>
/// <param name="ConversionBits">Bits of each conversion of a column.</param>
internal readonly record struct InputApplication(int Reads, int LineActivations, ImmutableArray<int> ConversionBits)
{
    /// <summary>The inputs of a product on a hardware.</summary>
    /// <param name="activationBits">Bits of an activation, its sign included.</param>
    /// <param name="adcBits">Bits of a conversion.</param>
    /// <param name="profile">The hardware.</param>
    public static InputApplication Of(int activationBits, int adcBits, HardwareProfile profile)
    {
        if (profile.InputCoding == InputCoding.Slices)
        {
            int slices = CostModel.InputSlices(activationBits, profile);
            return new InputApplication(slices, slices, [.. Enumerable.Repeat(adcBits, profile.AdcPerInputSlice ? slices : 1)]);
        }

        int magnitude = Math.Max(1, activationBits - 1);
        int[] phases = magnitude <= profile.MaxPulseBits ? [magnitude] : [(magnitude + 1) / 2, magnitude / 2];
        // A conversion that starts after some bits of the result are known decides the rest, at least one.
        return new InputApplication(phases.Sum(k => (1 << k) - 1), magnitude,
            [.. phases.Select((_, i) => adcBits == 0 ? 0 : Math.Max(1, adcBits - phases[..i].Sum()))]);
    }
}
