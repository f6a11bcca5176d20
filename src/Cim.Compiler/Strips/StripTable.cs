using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Strips;

/// <summary>
/// Cells and estimated loss increase of every strip of a network at every width: loss increase is the mean Fisher information of the
/// strip's
/// weights times half their squared quantization error (the trace estimate of HAP and of sensitivity-aware strips), at the
/// output's 8-bit scale times the strip's best power of two.
/// </summary>
internal sealed class StripTable
{
    private readonly ImmutableArray<int> _widths;
    private readonly List<(int Layer, int Tile, int Output)> _strips = [];
    private readonly List<long[]> _cells = [];
    private readonly List<double[]> _lossIncreases = [];
    private readonly ImmutableArray<MvmLayer> _layers;
    private readonly StripGrid?[] _grids;

    /// <param name="layers">The layers whose widths are chosen.</param>
    /// <param name="fisher">By layer [outputs, rows]; null = every layer's relative error counts the same.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="widths">Widths to choose from; empty = all useful ones.</param>
    public StripTable(
        ImmutableArray<MvmLayer> layers, IReadOnlyDictionary<string, float[]>? fisher, HardwareProfile profile, ImmutableArray<int> widths)
    {
        _layers = layers;
        _widths = widths.IsEmpty ? Useful(profile) : widths;
        _grids = [.. layers.Select(l => l.Groups == 1 ? StripGrid.Of(LayerShapes.Of(l), profile.Rows) : null)];
        for (int l = 0; l < layers.Length; l++) Add(l, fisher?[layers[l].NodeName], profile);
    }

    /// <summary>The widths, widest first.</summary>
    public ImmutableArray<int> Widths => _widths;

    /// <summary>Cells of all strips at 8 bits.</summary>
    public long Whole { get; private set; }

    /// <summary>
    /// The widths of least estimated loss increase that take at most a share of the cells of 8 bits: every unit takes the width of least
    /// loss increase + threshold * cells, and the threshold is found by bisection (Lagrangian relaxation; the smallest excess is left).
    /// </summary>
    /// <param name="share">Of <see cref="Whole"/>.</param>
    /// <param name="unit">What has one width together.</param>
    /// <returns>[strip] index into <see cref="Widths"/>.</returns>
    public int[] Choose(double share, StripUnit unit)
    {
        int[][] units = [.. Units(unit)];
        (double low, double high) = (0, 1e-30);
        while (high < 1e30 && Cells(Take(units, unit, high)) > share * Whole) high *= 16;
        for (int i = 0; i < 100; i++)
        {
            double middle = Math.Sqrt(Math.Max(low, 1e-40) * high);
            if (Cells(Take(units, unit, middle)) > share * Whole) low = middle;
            else high = middle;
        }

        return Take(units, unit, high);
    }

    /// <summary>Cells of a choice.</summary>
    public long Cells(int[] choice) => choice.Select((w, s) => _cells[s][w]).Sum();

    /// <summary>Estimated loss increase of a choice.</summary>
    public double LossIncrease(int[] choice) => choice.Select((w, s) => _lossIncreases[s][w]).Sum();

    /// <summary>A policy with the chosen widths; activation and ADC bits stay.</summary>
    public QuantizationPolicy Apply(QuantizationPolicy policy, int[] choice)
    {
        var bits = new Dictionary<string, int[][]>(StringComparer.Ordinal);
        foreach (MvmLayer layer in _layers)
            bits[layer.NodeName] = [
                .. Enumerable.Range(0, _grids[_layers.IndexOf(layer)]?.Tiles.Length ?? 1).Select(_ => new int[layer.Outputs])];
        for (int s = 0; s < choice.Length; s++)
        {
            (int l, int tile, int output) = _strips[s];
            if (output < 0) Array.Fill(bits[_layers[l].NodeName][0], _widths[choice[s]]);
            else bits[_layers[l].NodeName][tile][output] = _widths[choice[s]];
        }

        return new QuantizationPolicy([.. policy.Layers.Select(p => !bits.TryGetValue(p.Name, out int[][]? own) ? p : With(p, own))]);

        LayerPrecision With(LayerPrecision p, int[][] own)
        {
            int first = own[0][0];
            // One width everywhere is a layer as ever.
            if (first > 0 && own.All(t => t.All(b => b == first))) return p with { WeightBits = first, Layout = Divided(p.Layout, null) };
            var strips = new StripWidths(
                _grids[_layers.ToList().FindIndex(l => l.NodeName == p.Name)]!, [.. own.Select(t => t.ToImmutableArray())]);
            return p with { WeightBits = Math.Max(2, strips.Widest), Layout = Divided(p.Layout, strips) };
        }
    }

    private static LayerLayout Divided(LayerLayout layout, StripWidths? strips) => layout switch
    {
        LayerLayout.EqualColumns equal => equal with { Widths = strips },
        LayerLayout.Uniform when strips is null => layout,
        _ => strips is null ? LayerLayout.Whole : new LayerLayout.Strips(strips),
    };

    /// <summary>Of widths that take the same cells the widest, and no cells at all.</summary>
    private static ImmutableArray<int> Useful(HardwareProfile profile) =>
        [.. Enumerable.Range(2, 7).GroupBy(b => WeightSlices.Of(b, profile).Length).Select(g => g.Max()).OrderDescending(), 0];

    private void Add(int index, float[]? fisher, HardwareProfile profile)
    {
        MvmLayer layer = _layers[index];
        float[] weights = layer.WeightMatrix.Span<float>().ToArray();
        int rows = layer.RowsPerGroup,
            cellsPerSlice = profile.Encoding is WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided ? 2 : 1;
        double power = weights.Sum(w => (double)w * w);
        ImmutableArray<ImmutableArray<int>> tiles = _grids[index] is { } grid
            ? [.. Enumerable.Range(0, grid.Tiles.Length).Select(grid.RowsOf)]
            : [[.. Enumerable.Range(0, rows)]];
        float[] scales = [.. Enumerable.Range(0, layer.Outputs).AsParallel().AsOrdered()
            .Select(o => WeightScales.Search(weights.AsSpan(o * rows, rows), [], 8))];
        double[] whole = new double[_widths.Length];
        for (int t = 0; t < tiles.Length; t++)
            for (int o = 0; o < layer.Outputs; o++)
            {
                double information = fisher is null ? 1 / Math.Max(power, 1e-30) : tiles[t].Average(r => (double)fisher[(o * rows) + r]);
                double[] increases = [
                    .. _widths.Select(b => 0.5 * information * Error(weights.AsSpan(o * rows, rows), tiles[t], b, scales[o]))];
                Whole += (long)tiles[t].Length * WeightSlices.Of(8, profile).Length * cellsPerSlice;
                if (_grids[index] is null)
                {
                    for (int w = 0; w < whole.Length; w++) whole[w] += increases[w];
                    continue;
                }

                _strips.Add((index, t, o));
                _cells.Add(
                    [.. _widths.Select(b => b == 0 ? 0 : (long)tiles[t].Length * WeightSlices.Of(b, profile).Length * cellsPerSlice)]);
                _lossIncreases.Add(increases);
            }

        if (_grids[index] is not null) return;
        // A grouped convolution is one unit, and cannot vanish.
        _strips.Add((index, 0, -1));
        _cells.Add([.. _widths.Select(b => layer.WeightCount * WeightSlices.Of(Math.Max(b, 2), profile).Length * cellsPerSlice)]);
        _lossIncreases.Add([.. whole.Select((h, w) => _widths[w] == 0 ? double.PositiveInfinity : h)]);
    }

    private static double Error(ReadOnlySpan<float> weights, ImmutableArray<int> rows, int bits, double scale)
    {
        if (bits > 0) return StripScales.BestShift(weights, [], rows, bits, scale).Error;
        double error = 0;
        foreach (int r in rows) error += (double)weights[r] * weights[r];
        return error;
    }

    private IEnumerable<int[]> Units(StripUnit unit) => unit == StripUnit.Strip
        ? _strips.Select((_, s) => new[] { s })
        : _strips.Select((p, s) => (Key: (p.Layer, Output: unit == StripUnit.Column ? p.Output : 0), s)).GroupBy(p => p.Key)
            .Select(g => g.Select(p => p.s).ToArray());

    private int[] Take(int[][] units, StripUnit unit, double threshold)
    {
        int[] choice = new int[_strips.Count];
        foreach (int[] strips in units)
        {
            (int best, double least) = (0, double.PositiveInfinity);
            for (int w = 0; w < _widths.Length; w++)
            {
                // Where a whole layer vanished, nothing of the network would be left unless a shortcut goes around it.
                if (_widths[w] == 0 && unit == StripUnit.Layer) continue;
                double value = 0;
                foreach (int s in strips) value += _lossIncreases[s][w] + (threshold * _cells[s][w]);
                if (value < least) (best, least) = (w, value);
            }

            foreach (int s in strips) choice[s] = best;
        }

        return choice;
    }
}
