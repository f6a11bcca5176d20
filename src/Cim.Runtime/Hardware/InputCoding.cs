namespace Cim.Runtime.Hardware;

/// <summary>How the bits of an input are applied to word lines.</summary>
internal enum InputCoding
{
    /// <summary>In slices of dacBits, one read each.</summary>
    Slices,

    /// <summary>Bit by bit, the k-th bit integrated 2^k times, one conversion at the end.</summary>
    WeightedPulses,
}
