using Cim.Compiler.Calibration;
using Cim.Compiler.Ir;

namespace Cim.Compiler.Quantization;

/// <summary>
/// Positions of a layer at which quantizers of its input are compared: some spread evenly, and those with the most unusual inputs, each
/// counted as often as it occurs. A large value that is rare decides a range, and few positions would miss it.
/// </summary>
/// <param name="Count">How many.</param>
/// <param name="X">What the layer reads there: [groups, positions, rows].</param>
/// <param name="Counts">How many positions of the samples each stands for.</param>
internal sealed record ProbedPositions(int Count, float[] X, double[] Counts)
{
    /// <summary>Numbers looked through and numbers held for one layer (16 MiB, 1 MiB).</summary>
    private const int MaxSearched = 1 << 22, MaxElements = 1 << 18;

    private const int FewestSearched = 256, MostSearched = 4096, Fewest = 48, Most = 512;

    /// <summary>One in so many positions is an unusual one.</summary>
    private const int UnusualPart = 4;

    /// <summary>How many positions of a layer are looked through.</summary>
    public static int Searched(MvmLayer layer) =>
        Math.Clamp(MaxSearched / (layer.Groups * layer.RowsPerGroup), FewestSearched, MostSearched);

    /// <summary>Chooses among samples of a layer.</summary>
    public static ProbedPositions Of(MvmLayer layer, LayerSamples samples)
    {
        int rows = layer.RowsPerGroup, all = samples.Count;
        int count = Math.Min(all, Math.Clamp(MaxElements / (layer.Groups * rows), Fewest, Most)), unusual = count / UnusualPart;
        double[] scores = Scores(layer, samples);
        int[] order = [.. Enumerable.Range(0, all).OrderByDescending(p => scores[p]).ThenBy(p => p)];
        int[] rest = [.. order.Skip(unusual).Order()];
        int even = count - unusual;
        int[] chosen = [.. order.Take(unusual), .. Enumerable.Range(0, even).Select(i => rest[(int)((long)i * rest.Length / even)])];
        float[] x = new float[layer.Groups * count * rows];
        for (int g = 0; g < layer.Groups; g++)
            for (int i = 0; i < count; i++)
                samples.X.AsSpan(((g * all) + chosen[i]) * rows, rows).CopyTo(x.AsSpan(((g * count) + i) * rows));
        return new ProbedPositions(count, x, [.. chosen.Select((_, i) => i < unusual ? 1.0 : rest.Length / (double)even)]);
    }

    /// <summary>The largest input of each position in units of what is usual for that row.</summary>
    private static double[] Scores(MvmLayer layer, LayerSamples samples)
    {
        int rows = layer.RowsPerGroup;
        double[] scores = new double[samples.Count], squares = new double[rows];
        for (int g = 0; g < layer.Groups; g++)
        {
            Array.Clear(squares);
            for (int p = 0; p < samples.Count; p++)
            {
                ReadOnlySpan<float> row = samples.X.AsSpan(((g * samples.Count) + p) * rows, rows);
                for (int r = 0; r < rows; r++) squares[r] += (double)row[r] * row[r];
            }

            for (int p = 0; p < samples.Count; p++)
            {
                ReadOnlySpan<float> row = samples.X.AsSpan(((g * samples.Count) + p) * rows, rows);
                for (int r = 0; r < rows; r++)
                    if (squares[r] > 0) scores[p] = Math.Max(scores[p], (double)row[r] * row[r] / squares[r]);
            }
        }

        return scores;
    }
}
