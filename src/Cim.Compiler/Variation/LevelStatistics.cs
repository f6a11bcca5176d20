using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Hardware;

namespace Cim.Compiler.Variation;

/// <summary>
/// What a column (pair of cells, or cell) of one weight slice contributes per unit of input when it should contribute a
/// level: mean error and variance in units of one level, and the signed conductance a common factor would scale.
/// </summary>
internal sealed class LevelStatistics
{
    private readonly (double Error, double Variance, double Common)[][] _levels;
    private readonly int[] _lowest;

    public LevelStatistics(CellEncoder cells, HardwareProfile profile)
    {
        var cell = new CellStatistics(profile);
        _levels = new (double, double, double)[cells.Slices.Length][];
        _lowest = new int[cells.Slices.Length];
        for (int s = 0; s < _levels.Length; s++)
        {
            int top = cells.Slices[s].TopLevel;
            // A pre-quantized layer may use one level beyond the top; cells clip it.
            _lowest[s] = cells.IsDifferential ? -top - 1 : 0;
            int count = (cells.IsDifferential ? 2 * (top + 1) : top) + 1;
            _levels[s] = new (double, double, double)[count];
            for (int i = 0; i < count; i++) _levels[s][i] = Of(_lowest[s] + i, top, cells.Encoding, cell, profile);
        }
    }

    public (double Error, double Variance, double Common) Of(int slice, int level) => _levels[slice][level - _lowest[slice]];

    private static (double, double, double) Of(int level, int top, WeightEncoding encoding, CellStatistics cell, HardwareProfile profile)
    {
        double span = profile.GOn - profile.GOff, unit = span / top;
        double Target(double share) => profile.GOff + (span * Math.Clamp(share, 0, 1));
        if (encoding is not (WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided))
        {
            double target = Target(level / (double)top);
            (double mean, double variance) = cell.Of(target);
            return ((mean - target) / unit, variance / (unit * unit), mean / unit);
        }

        bool twoSided = encoding == WeightEncoding.DifferentialTwoSided;
        double positive = Target(twoSided ? (top + level) / (2.0 * top) : Math.Max(level, 0) / (double)top);
        double negative = Target(twoSided ? (top - level) / (2.0 * top) : Math.Max(-level, 0) / (double)top);
        (double meanPositive, double variancePositive) = cell.Of(positive);
        (double meanNegative, double varianceNegative) = cell.Of(negative);
        return ((meanPositive - positive - meanNegative + negative) / unit,
            (variancePositive + varianceNegative) / (unit * unit), (meanPositive - meanNegative) / unit);
    }
}
