using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;

namespace Cim.Compiler.ColumnSharing;

/// <summary>
/// Choices of columns for the strips of a network, group by group, with their cells and estimated loss increase, and the choice among them.
/// A group is strips of one width on one row tile; its choices are different numbers of columns.
/// </summary>
internal sealed class ColumnSharingTable
{
    private readonly ImmutableArray<MvmLayer> _layers;
    private readonly ColumnSharingLayer[] _layerChoices;

    /// <param name="layers">The layers whose strips may share columns.</param>
    /// <param name="policy">Their widths.</param>
    /// <param name="fisher">By layer [outputs, rows]; null = every layer's relative error counts the same.</param>
    /// <param name="rules">How strips are clustered.</param>
    /// <param name="progress">One line a layer.</param>
    /// <param name="cancellation">Checked between groups.</param>
    public ColumnSharingTable(
        ImmutableArray<MvmLayer> layers, QuantizationPolicy policy, IReadOnlyDictionary<string, float[]>? fisher,
        ColumnSharingRules rules, IProgress<string>? progress, CancellationToken cancellation)
    {
        _layers = layers;
        _layerChoices = new ColumnSharingLayer[layers.Length];
        for (int l = 0; l < layers.Length; l++)
        {
            progress?.Report($"clustering the strips of layer {l + 1} of {layers.Length}: {layers[l].NodeName}");
            _layerChoices[l] = ColumnSharingLayer.Of(
                layers[l], policy.Find(layers[l].NodeName)!, fisher?[layers[l].NodeName], rules, cancellation);
        }
    }

    /// <summary>Cells of all strips that are not zero, each with columns of its own.</summary>
    public long Whole => _layerChoices.Sum(l => l.Whole);

    /// <summary>
    /// The choices of least estimated loss increase that take at most a share of the cells: every group takes the choice of least
    /// loss increase + threshold * cells, and the threshold is found by bisection (Lagrangian relaxation; the smallest excess is left).
    /// </summary>
    /// <param name="share">Of <see cref="Whole"/>.</param>
    /// <returns>[layer][group] index of the chosen.</returns>
    public int[][] Choose(double share)
    {
        (double low, double high) = (0, 1e-30);
        while (high < 1e30 && Cells(Take(high)) > share * Whole) high *= 16;
        for (int i = 0; i < 100; i++)
        {
            double middle = Math.Sqrt(Math.Max(low, 1e-40) * high);
            if (Cells(Take(middle)) > share * Whole) low = middle;
            else high = middle;
        }

        return Take(high);
    }

    /// <summary>Cells of a choice.</summary>
    public long Cells(int[][] choice) => _layerChoices.Zip(choice, (l, c) => l.Groups.Zip(c, (g, w) => g.Choices[w].Cells).Sum()).Sum();

    /// <summary>Estimated loss increase of a choice.</summary>
    public double LossIncrease(int[][] choice) =>
        _layerChoices.Zip(choice, (l, c) => l.Groups.Zip(c, (g, w) => g.Choices[w].LossIncrease).Sum()).Sum();

    /// <summary>A policy with the chosen columns; widths stay.</summary>
    public QuantizationPolicy Apply(QuantizationPolicy policy, int[][] choice) => new([.. policy.Layers.Select(p =>
    {
        int l = _layers.ToList().FindIndex(layer => layer.NodeName == p.Name);
        return l < 0 ? p : p with { Layout = _layerChoices[l].Apply(p.Layout, choice[l]) };
    })]);

    private int[][] Take(double threshold) => [.. _layerChoices.Select(l => l.Groups.Select(g => g.Best(threshold)).ToArray())];
}
