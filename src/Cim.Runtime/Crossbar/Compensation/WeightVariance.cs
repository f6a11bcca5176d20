using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.Tensors;

namespace Cim.Runtime.Crossbar.Compensation;

/// <summary>
/// The expected square error of a stored weight, in units of integer weights: programming error, spread of drift and smooth
/// variation, stuck cells and read noise of its cells, added over pairs and slices.
/// </summary>
internal sealed class WeightVariance
{
    private readonly double[] _byWeight;
    private readonly int _lowest;

    public WeightVariance(CrossbarLayer layer, HardwareProfile profile)
    {
        int top = (1 << (layer.WeightBits - 1)) - 1;
        _lowest = -top;
        // A layer of one row that holds every weight once has every weight's cells.
        CrossbarLayer all = layer with
        {
            Groups = 1, RowsPerGroup = (2 * top) + 1, ColumnsPerGroup = 1, Geometry = null, PositionsPerImage = 1, Bias = [0],
                WeightScales = [1],
            Weights = Tensor.Create<sbyte>(new Shape(1, (2 * top) + 1), [.. Enumerable.Range(-top, (2 * top) + 1).Select(w => (sbyte)w)]),
            Mapping = layer.Mapping with { Tiles = [], RowTiles = [new RowTile(0, (2 * top) + 1)] }, AdcCalibration = null,
        };
        var targets = new CellTargets(new AnalogPlan(all, profile), profile);
        IProgrammingErrorModel? model = ProgrammingErrorModels.Of(profile);
        _byWeight = new double[(2 * top) + 1];
        for (int i = 0; i < _byWeight.Length; i++)
        for (int c = 0; c < all.Mapping.ColumnsPerOutput; c++)
        {
            double weight = targets.WeightPerSiemens(c), g = targets.Of(c, i);
            _byWeight[i] += weight * weight * OfCell(g, profile, model);
        }
    }

    /// <summary>The expected square error of an integer weight.</summary>
    public double Of(int weight) => _byWeight[weight - _lowest];

    private static double OfCell(double g, HardwareProfile p, IProgrammingErrorModel? model)
    {
        double sigma = model?.Sigma(g) ?? 0, on = p.GOn - g, off = g - p.GOff;
        double drift = p.Drift.NuSigma * Math.Log(Math.Max(1, p.Drift.TimeSeconds)) * g, spatial = p.SpatialSigma * g;
        double noise = p.ReadNoiseSigma * p.GOn;
        double working = (sigma * sigma) + (drift * drift) + (spatial * spatial);
        return ((1 - p.StuckOn - p.StuckOff) * working) + (p.StuckOn * on * on) + (p.StuckOff * off * off) + (noise * noise);
    }
}
