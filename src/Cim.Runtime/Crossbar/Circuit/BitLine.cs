namespace Cim.Runtime.Crossbar.Circuit;

/// <summary>Eliminates the nodes of one bit line.</summary>
internal static class BitLine
{
    /// <summary>
    /// load = G - G T^-1 G and sensed = load * 1 for column c, where T is the bit line's conductance matrix: neighbours
    /// joined by segments, the last node to ground through a segment and the sense resistance.
    /// </summary>
    public static void Load(ReadOnlySpan<double> conductances, int rows, int columns, int c, Wires wires, double[] load, double[] sensed)
    {
        double[] g = new double[rows];
        for (int r = 0; r < rows; r++) g[r] = conductances[(r * columns) + c];
        if (wires.BitSegment == 0)
            LoadOfOneNode(g, wires.Sense, load);
        else
            LoadOfLadder(g, 1 / wires.BitSegment, 1 / (wires.BitSegment + wires.Sense), load);
        for (int r = 0; r < rows; r++)
        {
            double sum = 0;
            foreach (double v in load.AsSpan(r * rows, rows)) sum += v;
            sensed[r] = sum;
        }
    }

    // No segments: the whole bit line is one node behind the sense resistance (or ground itself).
    private static void LoadOfOneNode(double[] g, double sense, double[] load)
    {
        double factor = sense == 0 ? 0 : 1 / (g.Sum() + (1 / sense));
        for (int i = 0; i < g.Length; i++)
        {
            for (int j = 0; j < g.Length; j++) load[(i * g.Length) + j] = -g[i] * g[j] * factor;
            load[(i * g.Length) + i] += g[i];
        }
    }

    // T is tridiagonal, so its inverse follows from the pivots of elimination from both ends.
    private static void LoadOfLadder(double[] g, double segment, double last, double[] load)
    {
        int n = g.Length;
        double[] diagonal = new double[n], down = new double[n], up = new double[n];
        for (int r = 0; r < n; r++) diagonal[r] = g[r] + (r > 0 ? segment : 0) + (r < n - 1 ? segment : last);
        down[0] = diagonal[0];
        for (int r = 1; r < n; r++) down[r] = diagonal[r] - (segment * segment / down[r - 1]);
        up[n - 1] = diagonal[n - 1];
        for (int r = n - 2; r >= 0; r--) up[r] = diagonal[r] - (segment * segment / up[r + 1]);
        for (int j = 0; j < n; j++)
        {
            double x = 1 / (down[j] + up[j] - diagonal[j]);
            load[(j * n) + j] = g[j] - (g[j] * x * g[j]);
            for (int i = j - 1; i >= 0; i--)
            {
                x *= segment / down[i];
                load[(i * n) + j] = load[(j * n) + i] = -g[i] * x * g[j];
            }
        }
    }
}
