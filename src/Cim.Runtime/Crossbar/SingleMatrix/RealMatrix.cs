using Cim.Runtime.RandomNumbers;

namespace Cim.Runtime.Crossbar.SingleMatrix;

/// <summary>
/// A matrix in double precision, with analog weights or inputs where the case asks for them, and the conventions of CrossSim
/// 3.2: currents in units of gOn times the largest voltage, weights mapped to [gOff, gOn], differential pairs subtracted
/// before conversion, the offset subtracted digitally.
/// </summary>
internal sealed class RealMatrix
{
    private readonly MatrixCase _case;
    private readonly int _outputs;
    private readonly int _inputs;
    private readonly InputQuantizer _dac;

    public RealMatrix(MatrixCase matrixCase)
    {
        _case = matrixCase;
        (_outputs, _inputs) = (matrixCase.Weights.Length, matrixCase.Weights[0].Length);
        _dac = new InputQuantizer(matrixCase);
    }

    public double[][] Run()
    {
        MatrixCase c = _case;
        double[][] results = [.. c.Inputs.Select(_ => new double[_outputs])];
        (double low, double high) = c.ActivationRange;
        double[][] voltages = [.. c.Inputs.Select(x => x.Select(v => Math.Clamp(v, low, high) * _dac.Scale).ToArray())];
        int tileIndex = 0;
        // Partial sums of row tiles are added digitally.
        foreach ((int first, int rows) in Tiles(_inputs, c.Profile.Rows))
        foreach ((int column, int columns) in Tiles(_outputs, c.Profile.Columns))
        {
            double[][] part = [.. c.Weights.Skip(column).Take(columns).Select(w => Clipped(w.AsSpan(first, rows)))];
            var slices = new RealSlices(c, part, tileIndex);
            CounterRandom noise = CounterRandom.Of(c.Seed, RandomPurpose.ReadNoise).At(tileIndex++);
            for (int n = 0; n < voltages.Length; n++)
            {
                double[] sums = Tile(slices, voltages[n].AsSpan(first, rows), rows, columns, noise.At(n));
                for (int o = 0; o < columns; o++) results[n][column + o] += sums[o] * slices.WeightScale / _dac.Scale;
            }
        }
        return results;
    }

    // As CrossSim cuts a matrix by default: as few arrays as suffice, equally full up to rounding.
    private static IEnumerable<(int First, int Count)> Tiles(int length, int largest)
    {
        int tiles = (length + largest - 1) / largest, size = (int)Math.Round((double)length / tiles);
        if (length - ((tiles - 1) * size) > largest) size = (length + tiles - 1) / tiles;
        for (int t = 0; t < tiles; t++) yield return (t * size, t < tiles - 1 ? size : length - (t * size));
    }

    private double[] Clipped(ReadOnlySpan<double> weights)
    {
        double[] clipped = weights.ToArray();
        for (int i = 0; i < clipped.Length; i++) clipped[i] = Math.Clamp(clipped[i], _case.WeightRange.Low, _case.WeightRange.High);
        return clipped;
    }

    // One tile and one vector, in units of normalised weights times normalised inputs.
    private double[] Tile(RealSlices slices, ReadOnlySpan<double> voltages, int rows, int columns, CounterRandom noise)
    {
        double[] applied = [.. voltages.ToArray().Select(_dac.Convert)];
        double inputSum = applied.Sum();
        double[] total = new double[columns];
        for (int s = 0; s < slices.Count; s++)
        {
            RealConverter? adc = RealConverter.Of(_case, rows, slices);
            double[] output;
            if (_dac.StreamBits == 0)
            {
                output = slices.Multiply(s, applied, noise.At(s));
                Convert(output, adc);
            }
            else
            {
                output = Stream(slices, s, voltages, adc, columns, noise.At(s));
            }
            slices.Aggregate(s, output, inputSum, total);
        }
        slices.Finish(total, inputSum);
        return total;
    }

    // Slices of the input, least significant first: each is converted (or not), added, and the sum shifted right.
    private double[] Stream(RealSlices slices, int s, ReadOnlySpan<double> voltages, RealConverter? adc, int columns, CounterRandom noise)
    {
        double[] output = new double[columns];
        double[] values = voltages.ToArray();
        int count = _dac.SliceCount;
        bool perSlice = _case.Profile.AdcPerInputSlice;
        for (int k = 0; k < count; k++)
        {
            double[] x = [.. values.Select(v => _dac.Slice(v, k))];
            double[] read = slices.Multiply(s, x, noise.At(1000 + k));
            if (perSlice) Convert(read, adc);
            for (int o = 0; o < columns; o++) output[o] = (output[o] + read[o]) / _dac.SliceSize;
        }
        for (int o = 0; o < columns; o++) output[o] *= _dac.StreamCorrection;
        if (!perSlice) Convert(output, adc);
        return output;
    }

    private static void Convert(double[] values, RealConverter? adc)
    {
        if (adc is null) return;
        for (int i = 0; i < values.Length; i++) values[i] = adc.Convert(values[i]);
    }
}
