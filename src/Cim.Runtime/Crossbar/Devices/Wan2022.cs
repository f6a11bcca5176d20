namespace Cim.Runtime.Crossbar.Devices;

/// <summary>
/// NeuRRAM: W. Wan et al., "A compute-in-memory chip based on resistive random-access memory", Nature 608 (2022),
/// Extended Data Fig. 3 one second after programming; cubic fit in microsiemens, valid to 39.26 uS.
/// </summary>
internal static class Wan2022
{
    private const double LargestUs = 39.26;

    /// <summary>sigma(g) = 1.536e-4 g^3 - 1.167e-2 g^2 + 0.2374 g + 1.053 uS, held constant beyond the measured range.</summary>
    public static double Sigma(double siemens)
    {
        double g = Math.Clamp(siemens * 1e6, 0, LargestUs);
        return Math.Max(0, (((((1.536e-4 * g) - 1.167e-2) * g) + 0.2374) * g) + 1.053) * 1e-6;
    }
}
