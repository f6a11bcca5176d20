using System.Collections.Immutable;
using System.Numerics;
using Cim.Runtime.Crossbar;
using Cim.Runtime.Crossbar.Planning;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Variation;

/// <summary>
/// The error of a layer's accumulators over chips, in closed form: sums of cell statistics through converters and
/// shift-and-add. Formulas: docs/variation.md. Not included: wires, correlation of the smooth variation between cells.
/// </summary>
internal sealed class LayerErrorModel
{
    private readonly CrossbarLayer _layer;
    private readonly HardwareProfile _profile;
    private readonly AnalogPlan _plan;
    private readonly LevelStatistics _levels;
    private readonly LayerInputs _inputs;
    private readonly int _rows;

    private LayerErrorModel(CrossbarLayer layer, HardwareProfile profile, LayerInputs inputs)
    {
        (_layer, _profile, _inputs, _rows) = (layer, profile, inputs, layer.RowsPerGroup);
        _plan = new AnalogPlan(layer, profile);
        _levels = new LevelStatistics(_plan.Cells, profile);
    }

    /// <summary>The error of the accumulators of some outputs at every sampled position.</summary>
    /// <param name="layer">The layer as mapped, with calibrated converter ranges if the profile asks for them.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="inputs">What the layer reads.</param>
    /// <param name="outputs">Outputs to look at; null = all.</param>
    public static AccumulatorErrors Predict(
        CrossbarLayer layer, HardwareProfile profile, LayerInputs inputs, ImmutableArray<int>? outputs = null)
    {
        var model = new LayerErrorModel(layer, profile, inputs);
        ImmutableArray<int> chosen = outputs ?? [.. Enumerable.Range(0, layer.Outputs)];
        AccumulatorErrors errors = AccumulatorErrors.Empty(chosen, inputs.Count);
        float[][] streams = [.. Enumerable.Range(0, layer.Groups).Select(model.Stream)];
        Parallel.For(0, chosen.Length, i => model.Output(chosen[i], streams[chosen[i] / layer.ColumnsPerGroup], errors, i));
        return errors;
    }

    // Values on the word lines [position, input slice, row]; the last slice is the whole activation.
    private float[] Stream(int group)
    {
        int slices = _plan.Inputs.Length;
        float[] stream = new float[(long)_inputs.Count * (slices + 1) * _rows];
        for (int p = 0; p < _inputs.Count; p++)
        {
            ReadOnlySpan<short> x = _inputs.Row(group, p, _rows);
            for (int i = 0; i < slices; i++)
            for (int r = 0; r < _rows; r++)
                stream[(((p * (slices + 1)) + i) * _rows) + r] = _plan.Inputs[i].Of(x[r]);
            for (int r = 0; r < _rows; r++) stream[(((p * (slices + 1)) + slices) * _rows) + r] = x[r];
        }

        return stream;
    }

    private void Output(int output, float[] stream, AccumulatorErrors errors, int at)
    {
        int slices = _plan.Cells.Slices.Length, inputs = _plan.Inputs.Length;
        ReadOnlySpan<sbyte> w = _layer.Weights.Span<sbyte>().Slice(output * _rows, _rows);
        float[] level = new float[slices * _rows],
            error = new float[slices * _rows],
            variance = new float[slices * _rows],
            common = new float[slices * _rows];
        for (int s = 0; s < slices; s++)
        for (int r = 0; r < _rows; r++)
        {
            int l = _plan.Cells.Level(w[r], s);
            (double e, double v, double c) = _levels.Of(s, l);
            (level[(s * _rows) + r], error[(s * _rows) + r], variance[(s * _rows) + r], common[(s * _rows) + r]) = (
                l, (float)e, (float)v, (float)c);
        }

        Span<double> coefficients = stackalloc double[inputs * ReadOut.Terms];
        float[] product = new float[_rows];
        for (int p = 0; p < errors.Positions; p++)
        {
            ReadOnlySpan<float> x = stream.AsSpan(p * (inputs + 1) * _rows, (inputs + 1) * _rows);
            double mean = 0, square = 0, quiet = 1, quietError = 0, exact = _plan.Constants[output];
            ReadOnlySpan<float> whole = x.Slice(inputs * _rows, _rows);
            for (int r = 0; r < _rows; r++) exact += (double)w[r] * whole[r];
            foreach (RowTile tile in _layer.Mapping.RowTiles)
            {
                double die = 0;
                for (int s = 0; s < slices; s++)
                {
                    int start = (s * _rows) + tile.FirstRow, factor = _plan.Cells.Slices[s].Factor * _plan.Cells.WeightStep;
                    (double m, double v, double likely, double likelyError) = Conversions(
                        x, tile, s,
                        new CellColumn(
                            level.AsSpan(start, tile.Rows), error.AsSpan(start, tile.Rows), variance.AsSpan(start, tile.Rows)),
                        product, coefficients);
                    mean += factor * m;
                    square += (double)factor * factor * v;
                    quiet *= likely;
                    quietError += factor * likelyError;
                    if (_profile.DieToDieSigma > 0)
                        die += factor * Dot(whole.Slice(tile.FirstRow, tile.Rows), common.AsSpan(start, tile.Rows));
                }

                square += _profile.DieToDieSigma * _profile.DieToDieSigma * die * die;
                if (die != 0) quiet = 0;
            }

            int index = (at * errors.Positions) + p;
            (errors.Exact[index], errors.Mean[index], errors.Variance[index]) = (exact, mean, square);
            (errors.Quiet[index], errors.QuietError[index]) = (quiet, quietError);
        }
    }

    // All conversions of one column of a tile: their errors after shift-and-add over the input slices.
    private (double Mean, double Variance, double Likely, double LikelyError) Conversions(
        ReadOnlySpan<float> x, RowTile tile, int slice, CellColumn cells, float[] product, Span<double> coefficients)
    {
        int inputs = _plan.Inputs.Length;
        var converter = _plan.Converters[slice];
        double read = ReadNoiseVariance(slice),
            offset = converter.IsIdeal ? 0 : _profile.AdcOffsetSigma * converter.Step,
            gain = _profile.AdcGainSigma;
        Span<double> sums = stackalloc double[inputs], means = stackalloc double[inputs], variances = stackalloc double[inputs];
        double meanTotal = 0, total = 0, likely = 1, likelyError = 0;
        for (int i = 0; i < inputs; i++)
        {
            ReadOnlySpan<float> xi = x.Slice((i * _rows) + tile.FirstRow, tile.Rows);
            Square(xi, product);
            ReadOnlySpan<float> squared = product.AsSpan(0, tile.Rows);
            sums[i] = Dot(xi, cells.Level);
            means[i] = Dot(xi, cells.Error);
            variances[i] = Dot(squared, cells.Variance) + (offset * offset) + (gain * gain * sums[i] * sums[i])
                + (read * ReadPower(x, tile, i, squared));
        }

        for (int i = 0; i < inputs; i++)
        {
            double factor = _plan.Inputs[i].Factor;
            var conversion = new ReadOut(
                converter, sums[i], means[i], Math.Sqrt(variances[i]), coefficients.Slice(i * ReadOut.Terms, ReadOut.Terms));
            meanTotal += factor * conversion.Mean;
            total += factor * factor * conversion.Variance;
            likely *= conversion.Likely;
            likelyError += factor * conversion.LikelyError;
            ReadOnlySpan<float> xi = x.Slice((i * _rows) + tile.FirstRow, tile.Rows);
            for (int j = 0; j < i; j++)
            {
                if (variances[i] == 0 || variances[j] == 0) continue;
                ReadOnlySpan<float> xj = x.Slice((j * _rows) + tile.FirstRow, tile.Rows);
                double shared = Dot(xi, xj, cells.Variance) + (offset * offset) + (gain * gain * sums[i] * sums[j]);
                if (shared == 0) continue;
                var other = new ReadOut(
                    converter, sums[j], means[j], Math.Sqrt(variances[j]), coefficients.Slice(j * ReadOut.Terms, ReadOut.Terms));
                double correlation = Math.Clamp(shared / Math.Sqrt(variances[i] * variances[j]), -1, 1);
                total += 2 * factor * _plan.Inputs[j].Factor * ReadOut.Covariance(conversion, other, correlation);
            }
        }

        return (meanTotal, Math.Max(0, total), likely, likelyError);
    }

    // In squared levels per unit of squared input.
    private double ReadNoiseVariance(int slice)
    {
        double cell = _profile.ReadNoiseSigma * _profile.GOn * _plan.Cells.Slices[slice].TopLevel / (_profile.GOn - _profile.GOff);
        return cell * cell * _layer.Mapping.CellsPerSlice;
    }

    // Read noise is fresh in every read: with analog accumulation the reads of one conversion add up.
    private double ReadPower(ReadOnlySpan<float> x, RowTile tile, int input, ReadOnlySpan<float> squared)
    {
        if (_profile.ReadNoiseSigma == 0) return 0;
        double power = 0;
        if (_plan.Inputs.Length == _plan.Reads.Length)
        {
            foreach (float v in squared) power += v;
            return power;
        }

        foreach (float v in x.Slice((input * _rows) + tile.FirstRow, tile.Rows))
            foreach (InputSlice part in _plan.Reads)
            {
                double value = (double)part.Factor * part.Of((int)v);
                power += value * value;
            }

        return power;
    }

    private static void Square(ReadOnlySpan<float> x, float[] product)
    {
        for (int i = 0; i < x.Length; i++) product[i] = x[i] * x[i];
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector<float> sum = Vector<float>.Zero;
        int i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count) sum += new Vector<float>(a[i..]) * new Vector<float>(b[i..]);
        double total = Vector.Sum(sum);
        for (; i < a.Length; i++) total += a[i] * b[i];
        return total;
    }

    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b, ReadOnlySpan<float> c)
    {
        Vector<float> sum = Vector<float>.Zero;
        int i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
            sum += new Vector<float>(a[i..]) * new Vector<float>(b[i..]) * new Vector<float>(c[i..]);
        double total = Vector.Sum(sum);
        for (; i < a.Length; i++) total += a[i] * b[i] * c[i];
        return total;
    }

    /// <summary>The cells of one column of a tile: their levels, mean errors and variances, by row.</summary>
    private readonly ref struct CellColumn(ReadOnlySpan<float> level, ReadOnlySpan<float> error, ReadOnlySpan<float> variance)
    {
        public ReadOnlySpan<float> Level { get; } = level;

        public ReadOnlySpan<float> Error { get; } = error;

        public ReadOnlySpan<float> Variance { get; } = variance;
    }
}
