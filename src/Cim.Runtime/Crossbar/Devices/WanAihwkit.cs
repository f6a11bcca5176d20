namespace Cim.Runtime.Crossbar.Devices;

/// <summary>
/// The NeuRRAM statistics as IBM's aihwkit fits them: sigma in uS as a quartic polynomial of g / 40 uS, for three times
/// after programming; the one nearest (in the logarithm of time) to the profile's <c>drift.time</c> is used.
/// </summary>
internal static class WanAihwkit
{
    private const double GmaxUs = 40;

    private static readonly (double Seconds, double[] Coefficients)[] _fits =
    [
        (1, [0.348, 16.030, -43.853, 45.393, -16.815]),
        (86_400, [0.701, 22.086, -50.773, 47.095, -16.458]),
        (172_800, [0.782, 20.274, -43.507, 37.062, -11.934]),
    ];

    /// <summary>Standard deviation in siemens.</summary>
    public static double Sigma(double siemens, double seconds)
    {
        double x = Math.Clamp(siemens * 1e6 / GmaxUs, 0, 1), sigma = 0, power = 1;
        foreach (double c in Nearest(seconds))
        {
            sigma += c * power;
            power *= x;
        }
        return Math.Max(0, sigma) * 1e-6;
    }

    private static double[] Nearest(double seconds)
    {
        double t = Math.Log(Math.Max(seconds, 1e-9));
        return _fits.MinBy(f => Math.Abs(Math.Log(f.Seconds) - t)).Coefficients;
    }
}
