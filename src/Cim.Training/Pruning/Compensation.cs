using Cim.Training.Networks;
using Cim.Training.Numerics;

namespace Cim.Training.Pruning;

/// <summary>
/// Changes the weights that are left so that a layer's output on the samples stays as near as it can to what it was: for an output
/// with weights w of which R go and K stay, w_K += H_KK^-1 H_KR w_R with H the second moments of the inputs. That is the optimal brain
/// surgeon's update (Hassibi, Stork, Wolff, ICNN 1993) of all removed weights at once, on the layer's squared error.
/// </summary>
internal static class Compensation
{
    /// <summary>Part of the mean of the diagonal that is added to it, so that rarely used inputs do not take large weights.</summary>
    public const double Damping = 0.01;

    /// <summary>Compensates what was removed of one layer.</summary>
    /// <param name="layer">The layer after removal.</param>
    /// <param name="before">Its weights before.</param>
    /// <param name="bias">Its bias, or null; takes its part if there is one.</param>
    /// <param name="moments">[groups][rows + 1, rows + 1], lower halves.</param>
    public static void Apply(PrunedLayer layer, float[] before, Parameter? bias, double[][] moments)
    {
        MatrixLayout layout = layer.Layout;
        int outputsPerGroup = layout.Outputs / moments.Length;
        IEnumerable<IGrouping<string, int>> alike = Enumerable.Range(0, layout.Outputs)
            .Where(output => Enumerable.Range(0, layout.Inputs).Any(input => Removed(layer, before, output, input)))
            .GroupBy(output => $"{output / outputsPerGroup} {Pattern(layer, output)}", StringComparer.Ordinal);
        Parallel.ForEach(alike, outputs => Solve(layer, before, bias, moments[outputs.First() / outputsPerGroup], [.. outputs]));
    }

    private static void Solve(PrunedLayer layer, float[] before, Parameter? bias, double[] moments, int[] outputs)
    {
        MatrixLayout layout = layer.Layout;
        int width = layout.Inputs + 1;
        double damping = Damping * Enumerable.Range(0, layout.Inputs).Sum(i => moments[(i * width) + i]) / layout.Inputs;
        int[] kept = [.. Enumerable.Range(0, layout.Inputs).Where(input => layer.Mask[layout.Index(outputs[0], input)] != 0),
            .. bias is null ? [] : new[] { layout.Inputs }];
        int n = kept.Length;
        if (n == 0)
            return;
        var matrix = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
                matrix[(i * n) + j] = Moment(kept[i], kept[j]) + (i == j && kept[i] < layout.Inputs ? damping : 0);
        }

        // Inputs that are always zero have no say; the damping makes everything else positive definite.
        if (SymmetricMatrix.Cholesky(matrix, n) is not { } lower)
            return;
        double[] upper = SymmetricMatrix.Transpose(lower, n);
        foreach (int output in outputs)
        {
            var change = new double[n];
            foreach (int removed in Enumerable.Range(0, layout.Inputs).Where(input => Removed(layer, before, output, input)))
            {
                double weight = before[layout.Index(output, removed)];
                for (int i = 0; i < n; i++)
                    change[i] += Moment(kept[i], removed) * weight;
            }

            SymmetricMatrix.Solve(lower, upper, n, change);
            for (int i = 0; i < n; i++)
            {
                if (kept[i] < layout.Inputs)
                    layer.Weights.Values[layout.Index(output, kept[i])] += (float)change[i];
                else
                    bias!.Values[output] += (float)change[i];
            }
        }

        double Moment(int a, int b) => moments[(Math.Max(a, b) * width) + Math.Min(a, b)];
    }

    private static bool Removed(PrunedLayer layer, float[] before, int output, int input)
    {
        int index = layer.Layout.Index(output, input);
        return layer.Mask[index] == 0 && before[index] != 0;
    }

    private static string Pattern(PrunedLayer layer, int output) =>
        string.Create(layer.Layout.Inputs, (layer, output), static (text, state) =>
        {
            for (int i = 0; i < text.Length; i++)
                text[i] = state.layer.Mask[state.layer.Layout.Index(state.output, i)] == 0 ? '0' : '1';
        });
}
