using Cim.Compiler.Statistics;
using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Variation;

/// <summary>
/// Mean and variance of what a cell holds, over chips, in closed form for what <see cref="CellProgrammer"/> draws: stuck cells,
/// programming error with write-verify, drift, smooth variation, temperature. The factor common to an array (die to die) is
/// left out: it is not independent from cell to cell.
/// </summary>
internal sealed class CellStatistics
{
    private const double ReferenceKelvin = 300;

    private readonly HardwareProfile _profile;
    private readonly IProgrammingErrorModel? _error;
    private readonly double _temperature;
    private readonly double _driftMean = 1;
    private readonly double _driftSquare = 1;

    public CellStatistics(HardwareProfile profile)
    {
        _profile = profile;
        _error = ProgrammingErrorModels.Of(profile);
        _temperature = 1 + (profile.TemperatureCoefficient * (profile.Temperature - ReferenceKelvin));
        // t^-nu with normal nu is lognormal.
        double log = Math.Log(profile.Drift.TimeSeconds), spread = profile.Drift.NuSigma * log;
        if (profile.Drift.TimeSeconds == 1) return;
        _driftMean = Math.Exp((-profile.Drift.Nu * log) + (spread * spread / 2));
        _driftSquare = Math.Exp((-2 * profile.Drift.Nu * log) + (2 * spread * spread));
    }

    /// <summary>Mean (S) and variance (S^2) of the conductance of a cell that was asked for <paramref name="target"/>.</summary>
    public (double Mean, double Variance) Of(double target)
    {
        double on = _profile.StuckOn, off = _profile.StuckOff, working = 1 - on - off, t = _temperature;
        double spatial = 1 + (_profile.SpatialSigma * _profile.SpatialSigma);
        double mean = (working * _driftMean * target) + (on * _profile.GOn) + (off * _profile.GOff);
        double square = (working * _driftSquare * spatial * ((target * target) + ProgrammingVariance(target)))
            + (on * _profile.GOn * _profile.GOn) + (off * _profile.GOff * _profile.GOff);
        return (mean * t, Math.Max(0, square - (mean * mean)) * t * t);
    }

    /// <summary>
    /// Variance of the programming error after write-verify: an attempt within the window stays, the last one stays whatever it
    /// is, so with the chance q of a miss and n attempts it is (1 - q^(n-1)) * truncated variance + q^(n-1) * variance.
    /// </summary>
    private double ProgrammingVariance(double target)
    {
        if (_error is null) return 0;
        double sigma = _error.Sigma(target), variance = sigma * sigma;
        ProgrammingError p = _profile.ProgrammingError;
        double window = p.Window * _profile.GOn;
        if (window <= 0 || p.Pulses < 2 || sigma == 0) return variance;
        double miss, truncated;
        if (_error is UniformError)
        {
            double half = Math.Sqrt(3) * sigma, kept = Math.Min(window, half);
            (miss, truncated) = (1 - (kept / half), kept * kept / 3);
        }
        else
        {
            double a = window / sigma;
            miss = 2 * NormalDistribution.Above(a);
            // Below a tenth of a sigma the truncated normal is flat.
            truncated = a < 0.1 ? window * window / 3 : variance * (1 - (2 * a * NormalDistribution.Density(a) / (1 - miss)));
        }

        double last = Math.Pow(miss, p.Pulses - 1);
        return ((1 - last) * truncated) + (last * variance);
    }
}
