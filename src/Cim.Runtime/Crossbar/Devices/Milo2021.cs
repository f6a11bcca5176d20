namespace Cim.Runtime.Crossbar.Devices;

/// <summary>
/// V. Milo et al., "Optimized programming algorithms for multilevel RRAM in hardware neural networks", IRPS 2021, Fig. 4;
/// linear fit, measured from 50 to 225 uS.
/// </summary>
internal static class Milo2021
{
    /// <summary>sigma(g) = 4.78 - 0.0091 g uS.</summary>
    public static double Sigma(double siemens) => Math.Max(0, 4.78 - (0.0091 * siemens * 1e6)) * 1e-6;
}
