using Cim.Training.Quantization;

namespace Cim.Training.Tying;

/// <summary>
/// Keeps the weights of a layer tied while it is trained: the parameters are the columns and the steps, the layer's weights are what
/// these give. What an update changes the weights by goes to them by least squares, which is the gradient of all outputs
/// that share a column, added up with their signs and shifts.
/// </summary>
/// <remarks>
/// With w = s g (c_a - c_b), g = 2^shift: ds = sum(dw q) / sum(q^2) for q = g (round c_a - round c_b); then, for what is left of dw,
/// dc_a = sum(s g dw) / sum((s g)^2 n) over its outputs, n the columns an output has. The weights are s q exactly, so that the integers a
/// mapping finds are those that were trained.
/// </remarks>
public sealed class TiedWeights
{
    private readonly QuantizedLayer _layer;
    private readonly IReadOnlyList<SharedTile> _tiles;
    private readonly float[] _steps; // Those the present weights were made with.

    /// <summary>Ties a layer; its weights become what its steps and the columns give.</summary>
    /// <param name="layer">A layer whose range of codes holds every sum of columns, with one step an output.</param>
    /// <param name="tiles">Its tiles, together all of its rows.</param>
    /// <exception cref="ArgumentException">The tiles are not those of the layer.</exception>
    public TiedWeights(QuantizedLayer layer, IReadOnlyList<SharedTile> tiles)
    {
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(tiles);
        if (layer.WeightStep.Values.Length != layer.Layout.Outputs || tiles.Any(tile => tile.Plus.Count != layer.Layout.Outputs))
            throw new ArgumentException("a layer of one step for each output is needed, and tiles of as many outputs", nameof(layer));
        if (!tiles.SelectMany(tile => tile.Rows).Order().SequenceEqual(Enumerable.Range(0, layer.Layout.Inputs)))
            throw new ArgumentException("the tiles do not hold every row of the layer once", nameof(tiles));
        (this._layer, this._tiles, _steps) = (layer, tiles, [.. layer.WeightStep.Values]);
        Assign();
    }

    /// <summary>What a training that is continued needs besides the network.</summary>
    internal IEnumerable<float[]> State => _tiles.Select(tile => tile.Columns).Append(_steps);

    /// <summary>Takes an update of the layer's weights over to the columns and the steps, and ties the weights again.</summary>
    public void Take()
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
        foreach (SharedTile tile in _tiles)
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
        foreach (SharedTile tile in _tiles)
        {
            for (int r = 0; r < tile.Rows.Count; r++)
                changes[_layer.Layout.Index(output, tile.Rows[r])] -= change * Code(tile, output, r);
        }
    }

    private void Share(SharedTile tile, float[] changes)
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
        foreach (SharedTile tile in _tiles)
        {
            for (int o = 0; o < _layer.Layout.Outputs; o++)
            {
                for (int r = 0; r < tile.Rows.Count; r++)
                    _layer.Weights.Values[_layer.Layout.Index(o, tile.Rows[r])] = _layer.WeightStep.Values[o] * Code(tile, o, r);
            }
        }
    }

    private static float Code(SharedTile tile, int output, int row)
    {
        int rows = tile.Rows.Count;
        float plus = tile.Plus[output] < 0 ? 0 : MathF.Round(tile.Columns[(tile.Plus[output] * rows) + row]);
        float minus = tile.Minus[output] < 0 ? 0 : MathF.Round(tile.Columns[(tile.Minus[output] * rows) + row]);
        return (1 << tile.Shifts[output]) * (plus - minus);
    }
}
