using Cim.Training.Quantization;

namespace Cim.Training.ColumnSharing;

/// <summary>
/// Column sharing while a layer is trained: its parameters are the shared columns and the steps, and its weights are computed from
/// them. An update of the weights is transferred to the columns and the steps by least squares, which is the gradient of all outputs
/// that share a column, added up with their signs and shifts.
/// </summary>
/// <remarks>
/// With w = s g (c_a - c_b), g = 2^shift: ds = sum(dw q) / sum(q^2) for q = g (round c_a - round c_b); then, for what is left of dw,
/// dc_a = sum(s g dw) / sum((s g)^2 n) over its outputs, n the columns an output has. The weights are s q exactly, so that the integers a
/// mapping finds are those that were trained.
/// </remarks>
public sealed class SharedColumnWeights
{
    private readonly QuantizedLayer _layer;
    private readonly IReadOnlyList<TileColumns> _tiles;
    private readonly float[] _steps; // Those the present weights were made with.

    /// <summary>Makes a layer share columns; its weights become those of its steps and the columns.</summary>
    /// <param name="layer">A layer whose range of codes holds every sum of columns, with one step an output.</param>
    /// <param name="tiles">Its tiles, together all of its rows.</param>
    /// <exception cref="ArgumentException">The tiles are not those of the layer.</exception>
    public SharedColumnWeights(QuantizedLayer layer, IReadOnlyList<TileColumns> tiles)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(tiles);
        if (layer.WeightStep.Values.Length != layer.Layout.Outputs || tiles.Any(tile => tile.Plus.Count != layer.Layout.Outputs))
            throw new ArgumentException(
                "Column sharing needs a layer with one step for each output, and tiles of as many outputs", nameof(layer));
        if (!tiles.SelectMany(tile => tile.Rows).Order().SequenceEqual(Enumerable.Range(0, layer.Layout.Inputs)))
            throw new ArgumentException("The tiles must hold every row of the layer exactly once", nameof(tiles));
        (this._layer, this._tiles, _steps) = (layer, tiles, [.. layer.WeightStep.Values]);
        Assign();
    }

    /// <summary>What a resumed training needs besides the network.</summary>
    internal IEnumerable<float[]> State => _tiles.Select(tile => tile.Columns).Append(_steps);

    /// <summary>Transfers an update of the layer's weights to columns and steps, and computes the weights from them again.</summary>
    public void Update()
    {
        int outputs = _layer.Layout.Outputs;
        float[] changes = new float[_layer.Weights.Values.Length];
        Parallel.For(0, outputs, o => Change(o, changes));
        Parallel.For(0, _tiles.Count, t => Share(_tiles[t], changes));
        for (int o = 0; o < outputs; o++)
            _steps[o] = _layer.WeightStep.Values[o];
        Assign();
    }

    /// <summary>The step of one output takes its part of the change of the weights; the rest is left in
    /// <paramref name="changes"/>.</summary>
    private void Change(int output, float[] changes)
    {
        double mixed = 0, square = 0;
        foreach (TileColumns tile in _tiles)
        {
            for (int r = 0; r < tile.Rows.Count; r++)
            {
                int element = _layer.Layout.Index(output, tile.Rows[r]);
                float code = Code(tile, output, r);
                changes[element] = _layer.Weights.Values[element] - (_steps[output] * code);
                mixed += (double)changes[element] * code;
                square += (double)code * code;
            }
        }

        if (square == 0)
            return;
        float step = _layer.WeightStep.Values[output];
        float change = Math.Max((float)(mixed / square), (_layer.WeightStep.Minimum ?? 0) - step);
        _layer.WeightStep.Values[output] = step + change;
        foreach (TileColumns tile in _tiles)
        {
            for (int r = 0; r < tile.Rows.Count; r++)
                changes[_layer.Layout.Index(output, tile.Rows[r])] -= change * Code(tile, output, r);
        }
    }

    private void Share(TileColumns tile, float[] changes)
    {
        int rows = tile.Rows.Count;
        double[] tops = new double[tile.Columns.Length], bottoms = new double[tile.Low.Count];
        for (int o = 0; o < tile.Plus.Count; o++)
        {
            double gain = (double)_steps[o] * (1 << tile.Shifts[o]);
            int columns = (tile.Plus[o] < 0 ? 0 : 1) + (tile.Minus[o] < 0 ? 0 : 1);
            foreach ((int column, int sign) in ((int, int)[])[(tile.Plus[o], 1), (tile.Minus[o], -1)])
            {
                if (column < 0)
                    continue;
                bottoms[column] += gain * gain * columns;
                for (int r = 0; r < rows; r++)
                    tops[(column * rows) + r] += sign * gain * changes[_layer.Layout.Index(o, tile.Rows[r])];
            }
        }

        for (int c = 0; c < bottoms.Length; c++)
        {
            for (int r = 0; r < rows && bottoms[c] > 0; r++)
            {
                int element = (c * rows) + r;
                tile.Columns[element] = (float)Math.Clamp(tile.Columns[element] + (tops[element] / bottoms[c]), tile.Low[c], tile.High[c]);
            }
        }
    }

    private void Assign()
    {
        foreach (TileColumns tile in _tiles)
        {
            for (int o = 0; o < _layer.Layout.Outputs; o++)
            {
                for (int r = 0; r < tile.Rows.Count; r++)
                    _layer.Weights.Values[_layer.Layout.Index(o, tile.Rows[r])] = _layer.WeightStep.Values[o] * Code(tile, o, r);
            }
        }
    }

    private static float Code(TileColumns tile, int output, int row)
    {
        int rows = tile.Rows.Count;
        float plus = tile.Plus[output] < 0 ? 0 : MathF.Round(tile.Columns[(tile.Plus[output] * rows) + row]);
        float minus = tile.Minus[output] < 0 ? 0 : MathF.Round(tile.Columns[(tile.Minus[output] * rows) + row]);
        return (1 << tile.Shifts[output]) * (plus - minus);
    }
}
