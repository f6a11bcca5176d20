namespace Cim.Runtime.Hardware;

/// <summary>The ADC range: a policy, and the limits if they are given (in units of weight times input).</summary>
internal sealed record AdcRange(AdcRangePolicy Policy, double Low = 0, double High = 0);

/// <summary>The policy for ADC ranges.</summary>
internal enum AdcRangePolicy
{
    /// <summary>The largest sum that can occur.</summary>
    Full,

    /// <summary>Measured on calibration data.</summary>
    Calibrated,

    /// <summary>The calibrated range rounded up so that one step is a power of two times the unit.</summary>
    Granular,

    /// <summary>Given by the user.</summary>
    Fixed,
}
