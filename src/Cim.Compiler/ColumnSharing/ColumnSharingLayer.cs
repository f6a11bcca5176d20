using System.Collections.Immutable;
using Cim.Compiler.Ir;
using Cim.Compiler.Precision;
using Cim.Compiler.Quantization;
using Cim.Runtime.Hardware;
using Cim.Runtime.Mapping;
using Cim.Runtime.RandomNumbers;

namespace Cim.Compiler.ColumnSharing;

/// <summary>One number of columns for a group.</summary>
/// <param name="Cells">What the columns take.</param>
/// <param name="LossIncrease">Estimated, beyond that of quantization.</param>
/// <param name="Columns">Their number.</param>
/// <param name="Combinations">By strip of the group.</param>
internal sealed record ColumnSharingChoice(long Cells, double LossIncrease, int Columns, ColumnCombination[] Combinations);

/// <summary>Strips of one width on one row tile.</summary>
/// <param name="Tile">The row tile.</param>
/// <param name="Outputs">The strips.</param>
/// <param name="Choices">Different numbers of columns; the first gives every strip its own.</param>
internal sealed record ColumnSharingGroup(int Tile, int[] Outputs, ColumnSharingChoice[] Choices)
{
    /// <summary>The choice of least loss increase + threshold * cells; of equal ones the first.</summary>
    public int Best(double threshold) =>
        Enumerable.Range(0, Choices.Length).MinBy(w => Choices[w].LossIncrease + (threshold * Choices[w].Cells));
}

/// <summary>The groups of a layer and the choices of columns for each of them.</summary>
internal sealed class ColumnSharingLayer
{
    private const int PairGroup = 128, SplitGroup = 64, SplitBits = 4;

    /// <summary>Added to the Fisher information as a share of its mean: a few samples do not prove a weight useless.</summary>
    private const double Doubt = 0.05;

    private static readonly double[] _shares = [0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125];

    private readonly SharedColumns? _unshared;

    private ColumnSharingLayer(SharedColumns? unshared, ColumnSharingGroup[] groups) => (_unshared, Groups) = (unshared, groups);

    public ColumnSharingGroup[] Groups { get; }

    /// <summary>Cells of all strips that are not zero, each with columns of its own.</summary>
    public long Whole => Groups.Sum(g => g.Choices[0].Cells);

    /// <param name="layer">The layer; a grouped convolution has no groups of strips.</param>
    /// <param name="policy">Its widths.</param>
    /// <param name="fisher">[outputs, rows]; null = the relative error.</param>
    /// <param name="rules">How strips are clustered.</param>
    /// <param name="cancellation">Checked between groups.</param>
    public static ColumnSharingLayer Of(
        MvmLayer layer, LayerPrecision policy, float[]? fisher, ColumnSharingRules rules, CancellationToken cancellation)
    {
        (HardwareProfile profile, ColumnSharingMethod method, ulong seed) = rules;
        if (layer.Groups != 1) return new ColumnSharingLayer(null, []);
        LayerShape shape = LayerShapes.Of(layer);
        StripWidths widths = policy.Layout.StripWidths ?? StripWidths.Uniform(shape, policy.WeightBits, profile.Rows);
        bool isSplit = profile.Encoding == WeightEncoding.Differential
            && (method == ColumnSharingMethod.Spectral || (method == ColumnSharingMethod.Auto && widths.Widest <= SplitBits));
        int outputs = layer.Outputs, rows = layer.RowsPerGroup;
        float[] weights = layer.WeightMatrix.Span<float>().ToArray();
        var unshared = new SharedColumns(widths, isSplit, SharedColumns.ColumnBits(Math.Max(2, widths.Widest), profile), []);
        ImmutableArray<ImmutableArray<int>> rowsOf = [.. Enumerable.Range(0, widths.Bits.Length).Select(widths.Grid.RowsOf)];
        (double[] byOutput, double[] byRow) = Importance(weights, fisher, outputs, rows);
        var units = new (double Unit, int[] Shifts)[outputs];
        Parallel.For(0, outputs, o => units[
            o] = SharedColumnUnits.Of(
                weights.AsSpan(o * rows, rows), rowsOf, [.. widths.Bits.Select(t => Math.Min(t[o], unshared.MostBits))]));

        (int Tile, int[] Outputs)[] parts =
        [
            .. Enumerable.Range(0, rowsOf.Length).SelectMany(t => Enumerable.Range(0, outputs)
                .Where(o => widths.Bits[t][o] > 0 && HoldsWeight(weights.AsSpan(o * rows, rows), rowsOf[t]))
                .GroupBy(o => widths.Bits[t][o]).SelectMany(g => g.Chunk(isSplit ? SplitGroup : PairGroup)).Select(g => (t, g))),
        ];
        var groups = new ColumnSharingGroup[parts.Length];
        Parallel.For(0, parts.Length, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            (int t, int[] own) = parts[i];
            int bits = widths.Bits[t][own[0]];
            float[] values = [.. own.SelectMany(o => rowsOf[t].Select(r => weights[(o * rows) + r]))];
            var group = new StripGroup(values, rowsOf[t].Length, [.. rowsOf[t].Select(r => byRow[r])], [.. own.Select(o => byOutput[o])],
                [.. own.Select(o => units[o].Unit)], [.. own.Select(o => units[o].Shifts[t])], Math.Min(bits, unshared.MostBits));
            long column = (long)rowsOf[t].Length * WeightSlices.Of(bits, profile).Length * (
                isSplit || profile.Encoding is not (WeightEncoding.Differential or WeightEncoding.DifferentialTwoSided) ? 1 : 2);
            groups[i] = new ColumnSharingGroup(t, own, isSplit ? Split(group, column, Seed(seed, i)) : Pairs(group, column, Seed(seed, i)));
        });
        return new ColumnSharingLayer(unshared, groups);
    }

    /// <summary>The layout with a choice for each group; where no group shares anything only equal columns are mapped once.</summary>
    /// <param name="layout">The layout so far.</param>
    /// <param name="choice">The index of each group's choice.</param>
    public LayerLayout Apply(LayerLayout layout, int[] choice)
    {
        if (_unshared is null) return new LayerLayout.Uniform(layout.Cells);
        if (choice.All(w => w == 0)) return new LayerLayout.EqualColumns(layout.StripWidths, layout.Cells);
        ColumnCombination[][] tiles = [.. _unshared.Widths.Bits.Select(t => Enumerable.Repeat(ColumnCombination.None, t.Length).ToArray())];
        int[] next = new int[tiles.Length];
        for (int g = 0; g < Groups.Length; g++)
        {
            (int tile, int[] outputs, ColumnSharingChoice chosen) = (Groups[g].Tile, Groups[g].Outputs, Groups[g].Choices[choice[g]]);
            for (int i = 0; i < outputs.Length; i++)
                tiles[tile][outputs[i]] = chosen.Combinations[i] with
                {
                    Plus = After(chosen.Combinations[i].Plus, next[tile]),
                    Minus = After(chosen.Combinations[i].Minus, next[tile]),
                };
            next[tile] += chosen.Columns;
        }

        return new LayerLayout.Shared(
            _unshared with { Tiles = [.. tiles.Select(t => t.ToImmutableArray())] }, layout.StripWidths is not null);

        static int After(int column, int first) => column < 0 ? -1 : column + first;
    }

    private static ColumnSharingChoice[] Pairs(StripGroup group, long column, ulong seed)
    {
        var own = new ColumnSharingChoice(
            column * group.Count, 0, group.Count,
            [.. Enumerable.Range(0, group.Count).Select(o => new ColumnCombination(o, -1, group.Shifts[o]))]);
        return [own, .. Counts(group.Count).Select(k => Choice(StripClusters.Find(group, k, seed), column))];
    }

    private static ColumnSharingChoice[] Split(StripGroup group, long column, ulong seed)
    {
        var combinations = new ColumnCombination[group.Count];
        int next = 0;
        for (int o = 0; o < combinations.Length; o++)
        {
            bool hasPositive = false, hasNegative = false;
            foreach (float w in group.Of(o)) (hasPositive, hasNegative) = (hasPositive || w > 0, hasNegative || w < 0);
            combinations[o] = new ColumnCombination(hasPositive ? next++ : -1, hasNegative ? next++ : -1, group.Shifts[o]);
        }

        var spectral = new SpectralClusters(group);
        return [new ColumnSharingChoice(column * next, 0, next, combinations),
            .. Counts(next).Select(k => Choice(spectral.Find(k, seed), column))];
    }

    private static IEnumerable<int> Counts(int columns) =>
        _shares.Select(s => (int)Math.Ceiling(s * columns)).Where(k => k < columns).Distinct();

    private static ColumnSharingChoice Choice(ColumnClustering found, long column)
    {
        ColumnCombination[] combinations = found.Compact(out int columns);
        return new ColumnSharingChoice(column * columns, found.LossIncrease(), columns, combinations);
    }

    /// <summary>The Fisher information as a product of one number an output and one a row: their means over its mean.</summary>
    private static (double[] ByOutput, double[] ByRow) Importance(float[] weights, float[]? fisher, int outputs, int rows)
    {
        double[] byOutput = new double[outputs], byRow = new double[rows];
        if (fisher is null)
        {
            double power = weights.Sum(w => (double)w * w);
            Array.Fill(byOutput, 1 / Math.Max(power, 1e-30));
            Array.Fill(byRow, 1);
            return (byOutput, byRow);
        }

        double mean = 0;
        for (int o = 0; o < outputs; o++)
            for (int r = 0; r < rows; r++)
            {
                double f = fisher[(o * rows) + r];
                byOutput[o] += f / rows;
                byRow[r] += f / outputs;
                mean += f / ((double)rows * outputs);
            }

        mean = Math.Max(mean, 1e-30);
        for (int o = 0; o < outputs; o++) byOutput[o] += Doubt * mean;
        for (int r = 0; r < rows; r++) byRow[r] = (byRow[r] / mean) + Doubt;
        return (byOutput, byRow);
    }

    private static bool HoldsWeight(ReadOnlySpan<float> weights, ImmutableArray<int> rows)
    {
        foreach (int r in rows)
            if (weights[r] != 0) return true;
        return false;
    }

    private static ulong Seed(ulong seed, int group) => (seed * SplitMix.Increment) ^ ((ulong)group << 8);
}
