namespace Cim.Runtime.Hardware;

/// <summary>How the time of a conversion depends on its bits.</summary>
internal enum AdcLatencyScaling
{
    /// <summary>The same time for any number of bits.</summary>
    Constant,

    /// <summary>Successive approximation: one cycle per bit, and <see cref="HardwareProfile.AdcExtraCycles"/> more.</summary>
    PerBit,
}
