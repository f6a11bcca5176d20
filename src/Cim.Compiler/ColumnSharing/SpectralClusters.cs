using Cim.Compiler.Precision;
using Cim.Compiler.Statistics;
using Cim.Runtime.RandomNumbers;

namespace Cim.Compiler.ColumnSharing;

/// <summary>
/// Columns for the positive and the negative parts of strips: spectral clustering (Ng, Jordan and Weiss, NIPS 2001) of the parts by
/// the cosine of the angle between them, with the eigenvectors of the normalised Laplacian I - D^-1/2 A D^-1/2, then assignment and
/// least squares in turn. A part that one strip adds another may subtract.
/// </summary>
internal sealed class SpectralClusters
{
    private const int Rounds = 10;

    private readonly StripGroup _group;
    private readonly List<(int Strip, bool IsNegative)> _parts = [];
    private readonly double[] _vectors; // [part, eigenvector], the smallest eigenvalue of the Laplacian last.

    /// <param name="group">The strips.</param>
    public SpectralClusters(StripGroup group)
    {
        _group = group;
        var values = new List<float[]>();
        for (int o = 0; o < group.Count; o++)
            foreach (bool negative in (ReadOnlySpan<bool>)[false, true])
            {
                float[] part = [.. group.Of(o).ToArray().Select(w => Math.Max(0, negative ? -w : w))];
                double length = Math.Sqrt(StripGroup.Dot(part, part));
                if (!(length > 0)) continue;
                for (int r = 0; r < part.Length; r++) part[r] = (float)(part[r] / length);
                _parts.Add((o, negative));
                values.Add(part);
            }

        int n = _parts.Count;
        double[] affinity = new double[n * n], degrees = new double[n];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                double cosine = i == j ? 1 : StripGroup.Dot(values[Math.Min(i, j)], values[Math.Max(i, j)]);
                degrees[i] += affinity[(i * n) + j] = cosine * cosine;
            }

        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++) affinity[(i * n) + j] /= Math.Sqrt(degrees[i] * degrees[j]);
        // The largest eigenvalues of the normalised affinity are the smallest of the Laplacian.
        _vectors = n == 0 ? [] : SymmetricEigen.Of(affinity, n).Vectors;
    }

    /// <summary>Parts that are not zero: as many columns serve every strip as it is.</summary>
    public int Parts => _parts.Count;

    /// <summary>Columns for the group.</summary>
    /// <param name="columns">Columns, at least one and at most <see cref="Parts"/>.</param>
    /// <param name="seed">Of the draws.</param>
    public ColumnClustering Find(int columns, ulong seed)
    {
        int[] labels = Labels(columns, seed);
        var found = new ColumnClustering(_group, columns, true);
        for (int p = 0; p < labels.Length; p++)
        {
            (int strip, bool negative) = _parts[p];
            ColumnCombination combination = found.Combinations[strip] with { Shift = _group.Shifts[strip] };
            found.Combinations[strip] = negative ? combination with { Minus = labels[p] } : combination with { Plus = labels[p] };
        }

        // Both parts of a strip in one cluster would cancel: the larger one stays.
        for (int o = 0; o < found.Combinations.Length; o++)
            if (found.Combinations[o] is { Plus: >= 0 } combination && combination.Plus == combination.Minus)
                found.Combinations[o] = IsMostlyNegative(o) ? combination with { Plus = -1 } : combination with { Minus = -1 };
        found.Fit();
        StripClusters.Alternate(found);
        return found;
    }

    private bool IsMostlyNegative(int strip)
    {
        double signed = 0;
        foreach (float w in _group.Of(strip)) signed += w * Math.Abs(w);
        return signed < 0;
    }

    /// <summary>K-means of the parts' rows of eigenvectors, each row of length 1.</summary>
    private int[] Labels(int clusters, ulong seed)
    {
        int n = _parts.Count;
        float[] points = new float[n * clusters];
        for (int i = 0; i < n; i++)
        {
            double length = 0;
            for (int k = 0; k < clusters; k++) length += Math.Pow(_vectors[(i * n) + n - 1 - k], 2);
            for (int k = 0; k < clusters; k++)
                points[(i * clusters) + k] = (float)(_vectors[(i * n) + n - 1 - k] / Math.Sqrt(Math.Max(length, 1e-30)));
        }

        float[] centres = Seeds(points, n, clusters, new SplitMix(seed));
        int[] labels = new int[n];
        for (int round = 0; round < Rounds; round++)
        {
            bool changed = false;
            for (int i = 0; i < n; i++)
            {
                (int best, double least) = (0, double.PositiveInfinity);
                for (int k = 0; k < clusters; k++)
                {
                    ReadOnlySpan<float> centre = centres.AsSpan(k * clusters, clusters);
                    double distance = StripGroup.Dot(centre, centre) - (2 * StripGroup.Dot(centre, points.AsSpan(i * clusters, clusters)));
                    if (distance < least) (best, least) = (k, distance);
                }

                changed |= labels[i] != best || round == 0;
                labels[i] = best;
            }

            if (!changed) break;
            float[] sums = new float[centres.Length];
            int[] counts = new int[clusters];
            for (int i = 0; i < n; i++)
            {
                counts[labels[i]]++;
                for (int k = 0; k < clusters; k++) sums[(labels[i] * clusters) + k] += points[(i * clusters) + k];
            }

            for (int k = 0; k < clusters; k++)
                if (counts[k] > 0)
                    for (int i = 0; i < clusters; i++) centres[(k * clusters) + i] = sums[(k * clusters) + i] / counts[k];
        }

        return labels;
    }

    private static float[] Seeds(float[] points, int n, int clusters, SplitMix random)
    {
        float[] centres = new float[clusters * clusters];
        double[] distances = new double[n];
        Array.Fill(distances, 1);
        for (int c = 0; c < clusters; c++)
        {
            double left = random.NextDouble() * distances.Sum();
            int drawn = 0;
            while (drawn < n - 1 && (left -= distances[drawn]) >= 0) drawn++;
            ReadOnlySpan<float> centre = points.AsSpan(drawn * clusters, clusters);
            centre.CopyTo(centres.AsSpan(c * clusters));
            for (int i = 0; i < n; i++)
                distances[i] = Math.Min(distances[i], Math.Max(0, 2 - (2 * StripGroup.Dot(centre, points.AsSpan(i * clusters, clusters)))));
        }

        return centres;
    }
}
