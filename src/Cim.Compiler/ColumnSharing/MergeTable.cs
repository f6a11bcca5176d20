using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.ColumnSharing;

/// <summary>
/// Ways to merge the strips of a network, group by group, with their cells and estimated harm, and the choice among them. A group
/// is strips of one width on one row tile; its ways are different numbers of columns.
/// </summary>
internal sealed class MergeTable
{
    private readonly ImmutableArray<MvmLayer> _layers;
    private readonly MergeLayer[] _merged;

    /// <param name="layers">The layers whose strips may share columns.</param>
    /// <param name="policy">Their widths.</param>
    /// <param name="fisher">By layer [outputs, rows]; null = every layer's relative error counts the same.</param>
    /// <param name="profile">The hardware.</param>
    /// <param name="method">What shares columns.</param>
    /// <param name="seed">Of clustering.</param>
    /// <param name="progress">One line a layer.</param>
    /// <param name="cancellation">Checked between groups.</param>
    public MergeTable(
        ImmutableArray<MvmLayer> layers, QuantizationPolicy policy, IReadOnlyDictionary<string, float[]>? fisher, HardwareProfile profile,
        MergeMethod method,
        ulong seed, IProgress<string>? progress, CancellationToken cancellation)
    {
        _layers = layers;
        _merged = new MergeLayer[layers.Length];
        for (int l = 0; l < layers.Length; l++)
        {
            progress?.Report($"clustering the strips of layer {l + 1} of {layers.Length}: {layers[l].NodeName}");
            _merged[l] = MergeLayer.Of(
                layers[l], policy.Find(layers[l].NodeName)!, fisher?[layers[l].NodeName], profile, method, seed, cancellation);
        }
    }

    /// <summary>Cells of all strips that are not zero, each with columns of its own.</summary>
    public long Whole => _merged.Sum(l => l.Whole);

    /// <summary>
    /// The ways of least estimated harm that take at most a share of the cells: every group takes the way of least
    /// harm + threshold * cells, and the threshold is found by bisection (Lagrangian relaxation; the smallest excess is left).
    /// </summary>
    /// <param name="share">Of <see cref="Whole"/>.</param>
    /// <returns>[layer][group] index of the way.</returns>
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
    public long Cells(int[][] choice) => _merged.Zip(choice, (l, c) => l.Groups.Zip(c, (g, w) => g.Ways[w].Cells).Sum()).Sum();

    /// <summary>Estimated harm of a choice.</summary>
    public double Harm(int[][] choice) => _merged.Zip(choice, (l, c) => l.Groups.Zip(c, (g, w) => g.Ways[w].Harm).Sum()).Sum();

    /// <summary>A policy with the chosen columns; widths stay.</summary>
    public QuantizationPolicy Apply(QuantizationPolicy policy, int[][] choice) => new([.. policy.Layers.Select(p =>
    {
        int l = _layers.ToList().FindIndex(layer => layer.NodeName == p.Name);
        return l < 0 ? p : p with { Merge = _merged[l].Text(choice[l]) };
    })]);

    private int[][] Take(double threshold) => [.. _merged.Select(l => l.Groups.Select(g => g.Best(threshold)).ToArray())];
}
