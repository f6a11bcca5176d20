using Cim.Runtime.Crossbar.Circuit;
using Cim.Runtime.Crossbar.Devices;
using Cim.Runtime.Hardware;
using Cim.Runtime.RandomNumbers;

namespace Cim.Runtime.Crossbar.SingleMatrix;

/// <summary>
/// The programmed arrays of one tile: per weight slice the conductances (or the difference of a pair's) in units of gOn, wires
/// included. With one slice cells are quantized over [gOff, gOn]; the offset encoding leaves the lowest level out so that
/// weight 0 is a level. With several slices integers |w| &lt;= 2^(bits-1) - 1 are cut into equal slices.
/// </summary>
internal sealed class RealSlices
{
    private readonly MatrixCase _case;
    private readonly bool _differential;
    private readonly double _off;
    private readonly double _range;
    private readonly int _outputs;
    private readonly int _rows;
    private readonly double[][,] _currents;
    private readonly double _cells;

    public RealSlices(MatrixCase c, double[][] weights, int tile)
    {
        _case = c;
        HardwareProfile p = c.Profile;
        (_outputs, _rows) = (weights.Length, weights[0].Length);
        _differential = p.Encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided;
        Count = Math.Max(1, c.Slices);
        if (Count > 1 && c.WeightBits < 2)
            throw new CimException(ErrorCodes.InvalidMatrixCase, "Several slices need weightBits of at least 2.");
        if (p.Encoding == WeightEncoding.TwosComplement)
            throw new CimException(ErrorCodes.InvalidMatrixCase,
                "Two's complement weights have no analog form: choose 'differential' or 'offset', or both weightBits and activationBits.");
        SliceBits = c.WeightBits % Count == 0 ? c.WeightBits / Count
            : _differential ? (c.WeightBits - 1 + Count - 1) / Count : (c.WeightBits + Count - 1) / Count;
        (_off, _range) = (p.GOff / p.GOn, 1 - (p.GOff / p.GOn));
        if (!_differential && !IsSliced && c.WeightBits > 0)
        {
            double levels = Math.Pow(2, c.WeightBits);
            _range *= (levels - 2) / (levels - 1);
            _off = 1 - _range;
        }
        (double low, double high) = c.WeightRange;
        double max = Math.Max(Math.Abs(low), Math.Abs(high));
        double grange = 1 - (p.GOff / p.GOn);
        WeightScale = IsSliced || !_differential ? 2 * max / grange : max / grange;
        _cells = _differential ? 2 : 1;
        _currents = [.. Enumerable.Range(0, Count).Select(s => Program(weights, max, s, tile))];
    }

    /// <summary>Weight slices.</summary>
    public int Count { get; }

    public bool IsSliced => Count > 1;

    /// <summary>Bits of one slice.</summary>
    public int SliceBits { get; }

    /// <summary>Weight units per unit of a finished sum.</summary>
    public double WeightScale { get; }

    /// <summary>The currents of one slice, with fresh read noise.</summary>
    public double[] Multiply(int slice, ReadOnlySpan<double> voltages, CounterRandom noise)
    {
        double[] sums = new double[_outputs];
        double squares = 0;
        foreach (double v in voltages) squares += v * v;
        double sigma = _case.Fidelity >= Fidelity.Device ? _case.Profile.ReadNoiseSigma * Math.Sqrt(_cells * squares) : 0;
        for (int o = 0; o < _outputs; o++)
        {
            for (int r = 0; r < _rows; r++) sums[o] += _currents[slice][r, o] * voltages[r];
            if (sigma > 0) sums[o] += sigma * noise.Normal(o);
        }
        return sums;
    }

    /// <summary>Adds a slice to the total.</summary>
    public void Aggregate(int slice, double[] currents, double inputSum, double[] total)
    {
        for (int o = 0; o < _outputs; o++)
        {
            total[o] += IsSliced
                ? Math.Pow(2, slice * SliceBits) * (currents[o] - (_differential ? 0 : _off * inputSum)) / _range
                : currents[o];
        }
    }

    /// <summary>Subtracts the offset and scales to normalised weights.</summary>
    public void Finish(double[] total, double inputSum)
    {
        for (int o = 0; o < _outputs; o++)
        {
            if (!IsSliced)
            {
                if (!_differential) total[o] -= (_off + (0.5 * _range)) * inputSum;
                continue;
            }
            total[o] *= Math.Pow(2, SliceBits) - 1;
            if (!_differential) total[o] -= Math.Pow(2, _case.WeightBits - 1) * inputSum;
            total[o] *= _range / (2 * (Math.Pow(2, _case.WeightBits - 1) - 1));
        }
    }

    // Conductance differences of one slice [row, output] in units of gOn.
    private double[,] Program(double[][] weights, double max, int slice, int tile)
    {
        HardwareProfile p = _case.Profile;
        bool devices = _case.Fidelity >= Fidelity.Device, circuit = _case.Fidelity == Fidelity.Circuit;
        double[,] sum = new double[_rows, _outputs];
        for (int sign = 0; sign < (_differential ? 2 : 1); sign++)
        {
            var programmer = new CellProgrammer(p, _case.Seed, (((tile * Count) + slice) * 2) + sign);
            SpatialVariation? spatial = devices ? programmer.Spatial(0) : null;
            double die = devices ? programmer.Die(0) : 1;
            double[] cells = new double[_rows * _outputs];
            for (int r = 0; r < _rows; r++)
            for (int o = 0; o < _outputs; o++)
            {
                double g = Quantize(Target(weights[o][r] / max, slice, sign)) * p.GOn;
                cells[(r * _outputs) + o] = devices ? programmer.Program(g, r, o, die, spatial?.At(r, o) ?? 0) : g;
            }
            // Positive and negative cells lie in arrays of their own.
            if (circuit) IrDrop.Solve(p.IrDrop, cells, _rows, _outputs, Wires.Of(p));
            for (int r = 0; r < _rows; r++)
            for (int o = 0; o < _outputs; o++)
                sum[r, o] += (sign == 0 ? 1 : -1) * cells[(r * _outputs) + o] / p.GOn;
        }
        return sum;
    }

    // The conductance in units of gOn that a weight in [-1, 1] asks for.
    private double Target(double w, int slice, int sign)
    {
        if (sign == 1) w = -w;
        if (!IsSliced)
        {
            double share = _case.Profile.Encoding == WeightEncoding.Differential ? Math.Max(w, 0) : (1 + w) / 2;
            return _off + (_range * share);
        }
        double code = Math.Round(w * (Math.Pow(2, _case.WeightBits - 1) - 1));
        if (_case.Profile.Encoding == WeightEncoding.DifferentialTwoSided)
        {
            double level = Math.Sign(code) * (((long)Math.Abs(code) >> (slice * SliceBits)) & ((1 << SliceBits) - 1));
            return _off + (_range * (1 + (level / (Math.Pow(2, SliceBits) - 1))) / 2);
        }
        code = _differential ? Math.Max(code, 0) : code + Math.Pow(2, _case.WeightBits - 1);
        return _off + (_range * (((long)code >> (slice * SliceBits)) & ((1 << SliceBits) - 1)) / (Math.Pow(2, SliceBits) - 1));
    }

    // Unsliced cells hold 2^bits levels between gOff and gOn (a differential pair needs one bit less).
    private double Quantize(double g)
    {
        if (IsSliced || _case.WeightBits == 0) return g;
        double off = _case.Profile.GOff / _case.Profile.GOn;
        double steps = (Math.Pow(2, _differential ? _case.WeightBits - 1 : _case.WeightBits) - 1) / (1 - off);
        return (Math.Round((g - off) * steps) / steps) + off;
    }
}
