namespace Cim.Runtime;

/// <summary>How much of the hardware is simulated; each level contains the one before.</summary>
public enum Fidelity
{
    /// <summary>Integer arithmetic, bit for bit the quantized network.</summary>
    Exact,

    /// <summary>Adds: every conversion is rounded and clipped to the ADC's bits over its range.</summary>
    Adc,

    /// <summary>Adds: finite on/off ratio, programming error, stuck-at faults, drift and read noise of every cell.</summary>
    Device,

    /// <summary>Adds: IR drop on resistive word and bit lines, by the exact nodal solution.</summary>
    Circuit,
}
